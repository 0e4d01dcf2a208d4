import { beforeAll, describe, expect, test } from 'vitest';
import { CedarEvaluator } from '../../../src/engine/cedar/evaluate.js';
import { loadCedar } from '../../../src/engine/cedar/library.js';
import { buildPolicyInput } from '../../../src/engine/index.js';
import type { BundleSource, BundleVerdict, EngineRequest } from '../../../src/engine/types.js';
import { bundle, CEDAR_DLP, NO_FACTS, request } from '../fixtures.js';

let evaluator: CedarEvaluator;
beforeAll(async () => {
  evaluator = new CedarEvaluator(await loadCedar());
});

function ask(
  bundles: BundleSource | readonly BundleSource[],
  over: Partial<EngineRequest> = {},
): BundleVerdict[] {
  const several = 'id' in bundles ? [bundles] : bundles;
  return evaluator.evaluate(several, buildPolicyInput(request(over), NO_FACTS));
}

describe('a starter-like pack', () => {
  const pack = bundle('CEDAR', CEDAR_DLP);
  test.each<[string, Partial<EngineRequest>, Partial<BundleVerdict>]>([
    ['permits', {}, { outcome: 'ALLOW', ruleIds: ['base'], namesTool: false }],
    [
      'blocks restricted data on its way out',
      { toolName: 'send_mail', dataClassification: 'Restricted' },
      {
        outcome: 'BLOCK',
        ruleIds: ['restricted-outbound'],
        reasonCode: 'dlp_restricted',
        reason: 'restricted data may not leave',
      },
    ],
    [
      'holds exports',
      { toolName: 'export_records' },
      { outcome: 'STEP_UP', ruleIds: ['export-approval'], timeoutSeconds: 600, namesTool: true },
    ],
    [
      'defers an erratic agent',
      { metadata: { behavioral_score: 0.8 } },
      { outcome: 'DEFER', ruleIds: ['erratic-agent'] },
    ],
    [
      'follows its directive',
      { toolName: 'upload_file', dataClassification: 'restricted' },
      { outcome: 'BLOCK', ruleIds: ['thoth_rule:1'], reason: 'Restricted data stays inside' },
    ],
    [
      'takes an unknown label for the strictest',
      { toolName: 'upload_file', dataClassification: 'restrcted' },
      { outcome: 'BLOCK' },
    ],
  ])('%s', (_name, over, expected) => {
    expect(ask(pack, over)[0]).toMatchObject(expected);
  });
});

describe('bundles side by side', () => {
  const permitRead = bundle('CEDAR', 'permit (principal, action in Thoth::Action::"read", resource);', {
    id: 'p',
    name: 'p',
  });
  const forbidPay = bundle('CEDAR', 'forbid (principal, action in Thoth::Action::"payment", resource);', {
    id: 'f',
    name: 'f',
  });
  const broken = bundle('CEDAR', 'permit (', { id: 'x', name: 'x' });
  const outcomes = (toolName: string): string[] =>
    ask([permitRead, forbidPay, broken], { toolName }).map((each) => each.outcome);

  test('a permit makes its own bundle default-deny, a forbid alone has no opinion, a broken one blocks', () => {
    expect(outcomes('search_docs')).toEqual(['ALLOW', 'NO_OPINION', 'BLOCK']);
    expect(outcomes('wire_transfer')).toEqual(['BLOCK', 'BLOCK', 'BLOCK']);
    expect(ask(permitRead, { toolName: 'wire_transfer' })[0]?.reasonCode).toBe('policy_default_deny');
    expect(ask(broken)[0]).toMatchObject({
      reasonCode: 'policy_evaluation_failed',
      failure: expect.stringContaining('Cedar'),
    });
  });

  test.each([
    ['action == Thoth::Action::"tool_call:search_docs", resource)', true],
    ['action, resource) when { ["search_docs", "x"].contains(context.tool) }', true],
    ['action in Thoth::Action::"read", resource)', false],
    ['action, resource) unless { context.tool == "search_docs" && context.purpose == "x" }', false],
    ['action, resource) when { !(context.tool == "search_docs" && context.purpose == "x") }', false],
  ])('permit %s names the tool: %s', (scope, named) => {
    expect(ask(bundle('CEDAR', `permit (principal, ${scope};`))[0]).toMatchObject({
      outcome: 'ALLOW',
      namesTool: named,
    });
  });

  test('a step-up stands without a permit, a blanket rewrite does not', () => {
    const policy = (effect: string, scope: string): BundleSource =>
      bundle(
        'CEDAR',
        `permit (principal, action == Thoth::Action::"tool_call:x", resource);
        @thoth_effect("${effect}") @set_args("{\\"limit\\": 5}") forbid (principal, ${scope}, resource);`,
      );
    expect(ask(policy('STEP_UP', 'action'))[0]?.outcome).toBe('STEP_UP');
    expect(ask(policy('MODIFY', 'action'))[0]).toMatchObject({
      outcome: 'BLOCK',
      reasonCode: 'policy_default_deny',
    });
    expect(ask(policy('MODIFY', 'action == Thoth::Action::"tool_call:search_docs"'))[0]).toMatchObject({
      outcome: 'MODIFY',
      modifiedToolArgs: { query: 'retention', limit: 5 },
    });
  });
});

describe('what callers send', () => {
  const limit = bundle('CEDAR', 'forbid (principal, action, resource) when { context.args.amount > 100 };');
  test.each<[string, Record<string, unknown>, string]>([
    ['over', { amount: 101 }, 'BLOCK'],
    ['under', { amount: 5, note: null, list: [1, null, 'a'], nested: { x: 1.5 } }, 'NO_OPINION'],
  ])('%s the limit', (_name, toolArgs, expected) => {
    expect(ask(limit, { toolArgs })[0]).toMatchObject({ outcome: expected });
    expect(ask(limit, { toolArgs })[0]?.failure).toBeUndefined();
  });

  test.each<[string, Record<string, unknown>]>([
    ['a missing attribute', {}],
    ['a value of another type', { amount: '101' }],
    ['a forged extension value', { amount: { __extn: { fn: 'decimal', arg: '1.0' } } }],
    ['absurd depth', { amount: 5, deep: JSON.parse('['.repeat(200) + ']'.repeat(200)) }],
  ])('%s fails closed', (_name, toolArgs) => {
    expect(ask(limit, { toolArgs })[0]).toMatchObject({
      outcome: 'BLOCK',
      reasonCode: 'policy_evaluation_failed',
    });
  });

  test('an argument cannot pose as an entity', () => {
    const trusting = bundle(
      'CEDAR',
      'permit (principal, action, resource) when { context.args.who == Thoth::Agent::"root" };',
    );
    const forged = { who: { __entity: { type: 'Thoth::Agent', id: 'root' } } };
    expect(ask(trusting, { toolArgs: forged })[0]?.outcome).toBe('BLOCK');
  });

  test('facts of the context arrive', () => {
    const when = (condition: string): BundleSource =>
      bundle('CEDAR', `forbid (principal, action, resource) when { ${condition} };`);
    for (const condition of [
      'context.time > datetime("2026-03-01")',
      'context.hour_utc == 10 && context.weekday_utc == "monday"',
      'context.action == "tool_call:search_docs" && context.tool == resource.name && principal.user_id == "system"',
      'principal in Thoth::Fleet::"f1"',
      'context.policy has role && context.policy.role == "billing"',
      'context.sensitivity_level >= 2',
      'context has purpose && context.purpose == ""',
      'context.args_truncated',
    ])
      expect(
        ask(when(condition), {
          fleetId: 'f1',
          dataClassification: 'confidential',
          metadata: { policy_context: { role: 'billing' }, tool_args_truncated: true },
        })[0]?.outcome,
        condition,
      ).toBe('BLOCK');
  });
});

test('text that is not Unicode blocks the call and leaves the engine whole; a backslash is no such text', () => {
  const reads = bundle(
    'CEDAR',
    'forbid (principal, action, resource) when { context.args has to && context.args.to == "x" };',
  );
  expect(ask(reads, { toolArgs: { to: 'half \ud83d' } })[0]).toMatchObject({
    outcome: 'BLOCK',
    failure: 'the call holds text that is not Unicode',
  });
  expect(ask(reads, { toolArgs: { to: 'x', path: 'C:\\\\ud83d \\ud83d' } })[0]).toMatchObject({
    ruleIds: ['policy0'],
  });
  expect(ask(reads, { toolArgs: { to: '\ud83d\ude00' } })[0]).toMatchObject({ outcome: 'NO_OPINION' });
});
