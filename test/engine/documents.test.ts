import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintPolicy } from '../../src/engine/index.js';
import { REASON_CODES } from '../../src/engine/reason-codes.js';
import type { Framework } from '../../src/engine/types.js';

const text = readFileSync('docs/policy-input.md', 'utf8');

test('every reason code is documented', () => {
  for (const code of Object.keys(REASON_CODES)) expect(text, code).toContain(`\`${code}\``);
});

test.each<[Framework, string]>([
  ['CEDAR', 'cedar'],
  ['OPA', 'rego'],
])('every %s example passes lint', async (framework, fence) => {
  const examples = [...text.matchAll(new RegExp(`\`\`\`${fence}\\n([^]*?)\`\`\``, 'gu'))].map(
    ([, found]) => found ?? '',
  );
  expect(examples).not.toEqual([]);
  for (const example of examples) expect(await lintPolicy(framework, example)).toEqual([]);
});
