import { describe, expect, test } from 'vitest';
import { applyDirectives } from '../../../src/engine/directive/apply.js';
import { parseDirectives } from '../../../src/engine/directive/parse.js';
import { buildPolicyInput } from '../../../src/engine/index.js';
import type { EngineRequest } from '../../../src/engine/types.js';
import { request } from '../fixtures.js';

const LINE =
  '# thoth_rule effect=block action_prefix=tool_call:export purpose=billing min_sensitivity=confidential min_behavioral_score=0.5 reason=No_exports_here';

describe('parsing', () => {
  test('reads every member, only from comments of the framework', () => {
    const { directives, diagnostics } = parseDirectives(
      'OPA',
      `package p\n${LINE}\n// thoth_rule effect=BLOCK\nx := "# thoth_rule"`,
    );
    expect(diagnostics).toEqual([]);
    expect(directives).toEqual([
      {
        effect: 'BLOCK',
        actionPrefix: 'tool_call:export',
        purpose: 'billing',
        minSensitivity: 'confidential',
        minBehavioralScore: 0.5,
        reason: 'No exports here',
        line: 2,
      },
    ]);
    expect(parseDirectives('CEDAR', '  // thoth_rule effect=FLAG reason=x').directives).toHaveLength(1);
  });

  test.each([
    ['effect=ALLOW reason=x', 'directive_effect'],
    ['reason=x', 'directive_effect'],
    ['effect=BLOCK', 'directive_reason'],
    ['effect=BLOCK reason=', 'directive_missing_value'],
    ['effect=BLOCK reason=a words', 'directive_unknown_key'],
    ['effect=BLOCK reason=a reason=b', 'directive_repeated_key'],
    ['effect=BLOCK reason=a min_sensitivity=secret', 'directive_sensitivity'],
    ['effect=BLOCK reason=a min_behavioral_score=high', 'directive_score'],
  ])('%s is %s', (text, code) => {
    const { directives, diagnostics } = parseDirectives('OPA', `# thoth_rule ${text}`);
    expect(directives).toEqual([]);
    expect(diagnostics).toMatchObject([{ severity: 'error', code, line: 1 }]);
  });
});

describe('deciding', () => {
  const meets: Partial<EngineRequest> = {
    toolName: 'export_all',
    purpose: 'billing',
    dataClassification: 'confidential',
    metadata: { behavioral_score: 0.5 },
  };
  test.each<[string, Partial<EngineRequest>, number]>([
    ['all conditions hold', meets, 1],
    [
      'above the thresholds',
      { ...meets, dataClassification: 'restricted', metadata: { behavioral_score: 1 } },
      1,
    ],
    ['another tool', { ...meets, toolName: 'import_all' }, 0],
    ['another purpose', { ...meets, purpose: 'support' }, 0],
    ['a lower label', { ...meets, dataClassification: 'internal' }, 0],
    ['no label', { ...meets, dataClassification: undefined }, 0],
    ['an unknown label counts as the highest', { ...meets, dataClassification: 'topsecret' }, 1],
    ['a calmer agent', { ...meets, metadata: {} }, 0],
  ])('%s', (_name, over, hits) => {
    expect(
      applyDirectives(parseDirectives('OPA', LINE).directives, buildPolicyInput(request(over))),
    ).toHaveLength(hits);
  });
});
