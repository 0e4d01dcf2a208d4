import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildPolicyInput } from '../../../src/engine/index.js';
import { buildRego } from '../../../src/engine/rego/build.js';
import { RegoCompiler } from '../../../src/engine/rego/compiler.js';
import { RegoEvaluator } from '../../../src/engine/rego/evaluate.js';
import type { BundleVerdict, EngineRequest } from '../../../src/engine/types.js';
import { bundle, NO_FACTS, REGO_ANALYST, request } from '../fixtures.js';

// Optimising the compiler costs more than running it a few dozen times.
setFlagsFromString('--wasm-tiering-budget=1000000000');

const compiler = new RegoCompiler();
let evaluator: RegoEvaluator;
beforeAll(async () => {
  evaluator = await RegoEvaluator.create();
});

async function ask(source: string, over: Partial<EngineRequest> = {}): Promise<BundleVerdict> {
  const compiled = await buildRego(compiler, source);
  if (!compiled.ok) throw new Error(compiled.failure);
  const given = bundle('OPA', source);
  await evaluator.prepare(given, compiled.policy);
  return evaluator.evaluate(given, compiled.policy, buildPolicyInput(request(over), NO_FACTS));
}

describe('a starter-like pack', () => {
  test.each<[string, Partial<EngineRequest>, Partial<BundleVerdict>]>([
    ['allows what it names', {}, { outcome: 'ALLOW', ruleIds: ['allow'], namesTool: true }],
    ['names through a helper set', { toolName: 'read_ticket' }, { outcome: 'ALLOW', namesTool: true }],
    ['denies the rest', { toolName: 'list_users' }, { outcome: 'BLOCK', reasonCode: 'policy_default_deny' }],
    [
      'denies with reason and code',
      { dataClassification: 'restricted' },
      {
        outcome: 'BLOCK',
        ruleIds: ['no-restricted'],
        reasonCode: 'label_restricted',
        reason: 'support-bot may not see restricted data',
      },
    ],
    [
      'holds payments',
      { toolName: 'wire_transfer' },
      { outcome: 'STEP_UP', reason: 'payments wait for a human' },
    ],
    [
      'rewrites',
      { toolArgs: { q: 'x', limit: 50 } },
      { outcome: 'MODIFY', modifiedToolArgs: { q: 'x', limit: 10 } },
    ],
    [
      'follows its directive',
      { purpose: 'billing', metadata: { behavioral_score: 0.6 } },
      { outcome: 'STEP_UP', reason: 'Billing needs a calm agent' },
    ],
  ])('%s', async (_name, over, expected) => {
    expect(await ask(REGO_ANALYST, over)).toMatchObject(expected);
  });
});

describe('values of a rule', () => {
  const rule = (text: string): string => `package p\nimport rego.v1\n${text}\n`;
  test.each<[string, string, Partial<BundleVerdict>]>([
    ['true', 'deny := true', { outcome: 'BLOCK', ruleIds: ['deny'] }],
    ['false', 'deny := false', { outcome: 'NO_OPINION' }],
    ['an empty set', 'deny contains x if { some x in input.session.tool_calls }', { outcome: 'NO_OPINION' }],
    ['a reason', 'deny := "because"', { outcome: 'BLOCK', reason: 'because' }],
    ['a list', 'deny := ["a", {"id": "r2", "reason": "b"}]', { outcome: 'BLOCK', ruleIds: ['deny', 'r2'] }],
    [
      'an object of reasons',
      'defer := {"window": "too late"}',
      { outcome: 'DEFER', ruleIds: ['window'], reason: 'too late' },
    ],
    [
      'a timeout',
      'step_up := {"reason": "r", "timeout_seconds": 60}',
      { outcome: 'STEP_UP', timeoutSeconds: 60 },
    ],
    ['a flag only reports', 'flag contains "odd"', { outcome: 'NO_OPINION', flags: ['odd'] }],
    ['a number', 'deny := 3', { outcome: 'BLOCK', reasonCode: 'policy_evaluation_failed' }],
    [
      'allow as an object',
      'allow := {"allowed": false}',
      { outcome: 'BLOCK', reasonCode: 'policy_evaluation_failed' },
    ],
    [
      'a rewrite without arguments',
      'modify := true',
      { outcome: 'BLOCK', reasonCode: 'policy_evaluation_failed' },
    ],
    [
      'a conflict',
      'deny := 1 if input.action\ndeny := 2 if input.tool',
      { outcome: 'BLOCK', reasonCode: 'policy_evaluation_failed' },
    ],
    ['v0 rules', 'deny contains "x" if count(input.session.tool_calls) == 0', { outcome: 'BLOCK' }],
  ])('%s', async (_name, text, expected) => {
    expect(await ask(rule(text))).toMatchObject(expected);
  });

  test('old syntax still decides', async () => {
    expect(
      await ask('package p\ndeny[msg] { input.context.purpose == ""; msg := "no purpose" }'),
    ).toMatchObject({
      outcome: 'BLOCK',
      reason: 'no purpose',
    });
  });

  test.each([
    ['allow if input.tool.name == "search_docs"', true],
    ['tools := {"search_docs": true}\nallow if tools[input.tool.name]', true],
    ['allow if startswith(input.action, "tool_call:search")', false],
    ['allow if input.tool.name != "wire_transfer"', false],
    ['allow if not bad\nbad if { input.tool.name == "search_docs"; input.context.purpose == "x" }', false],
  ])('%s names the tool: %s', async (text, named) => {
    expect(await ask(rule(text))).toMatchObject({ outcome: 'ALLOW', namesTool: named });
  });

  test('memory past the limit blocks, and the next call is evaluated again', async () => {
    const hungry = rule(
      'deny if { input.tool.args.hungry; xs := [i | some i in numbers.range(1, 3000000)]; count(xs) == 1 }',
    );
    expect(await ask(hungry, { toolArgs: { hungry: true } })).toMatchObject({
      outcome: 'BLOCK',
      failure: 'memory budget',
    });
    expect((await ask(hungry)).outcome).toBe('NO_OPINION');
  });
});
