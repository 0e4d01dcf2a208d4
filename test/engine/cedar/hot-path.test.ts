import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Run in a process of its own: the fault this guards against aborts it. */
const PROGRAM = `
import { CedarEvaluator } from './src/engine/cedar/evaluate.js';
import { loadCedar } from './src/engine/cedar/library.js';
import { buildPolicyInput } from './src/engine/index.js';
import { bundle, request } from './test/engine/fixtures.js';
const evaluator = new CedarEvaluator(await loadCedar());
const bundles = Array.from({ length: 10 }, (_unused, i) =>
  bundle('CEDAR', 'forbid (principal, action, resource) when { context.behavioral_score.greaterThan(decimal("0.' + i + '")) && context.purpose == "x" };'));
const input = buildPolicyInput(request());
for (let i = 0; i < 12000; i += 1) evaluator.evaluate(bundles, input);
for (let i = 0; i < 8000; i += 1)
  evaluator.evaluate(bundles, { ...input, context: { ...input.context, purpose: 'p' + i } });
console.log('survived');
`;

test('hot evaluation never takes the process down', async () => {
  const arguments_ = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, { cwd: process.cwd() });
  expect(stdout.trim()).toBe('survived');
});
