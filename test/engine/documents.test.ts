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
])('the %s example passes lint', async (framework, fence) => {
  const example = new RegExp(`\`\`\`${fence}\\n([^]*?)\`\`\``).exec(text)?.[1] ?? '';
  expect(example).not.toBe('');
  expect(await lintPolicy(framework, example)).toEqual([]);
});
