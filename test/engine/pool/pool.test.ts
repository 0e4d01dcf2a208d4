import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvaluator, type PooledEvaluator } from '../../../src/engine/pool/index.js';
import { bundle, CEDAR_DLP, REGO_ANALYST, request } from '../fixtures.js';

const TOUCHES_ALL = 'input.principal.id; input.action; input.context.enforcement_mode';
/** Computes for ever without needing memory: a pattern that backtracks exponentially. */
const ENDLESS = `package p
import rego.v1
deny if {
	${TOUCHES_ALL}
	count(regex.split("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")) > 5
}
`;

let evaluator: PooledEvaluator;
beforeAll(() => {
  evaluator = createEvaluator({ budgetMs: 150 });
});
afterAll(() => evaluator.close());

const outcomes = (verdicts: readonly { readonly outcome: string }[]): string[] =>
  verdicts.map((each) => each.outcome);

describe('the pool', () => {
  test('without bundles it answers at once', async () => {
    expect(await createEvaluator().evaluate(request(), [])).toEqual([]);
  });

  test('mixed bundles come back in order, with what session and request say', async () => {
    const pattern = bundle(
      'CEDAR',
      'forbid (principal, action, resource) when { context.session_violations > 2 };',
      { id: 'n' },
    );
    const bundles = [bundle('OPA', REGO_ANALYST), pattern, bundle('CEDAR', CEDAR_DLP)];
    expect(outcomes(await evaluator.evaluate(request(), bundles))).toEqual(['ALLOW', 'NO_OPINION', 'ALLOW']);
    const facts = { requests: 9, violations: 3, callsOfThisTool: 1 };
    expect(outcomes(await evaluator.evaluate(request(), bundles, facts))).toEqual([
      'ALLOW',
      'BLOCK',
      'ALLOW',
    ]);
  });

  test('many calls at once each get their own answer', async () => {
    const guard = bundle('CEDAR', 'forbid (principal, action, resource) when { context.args.n == 7 };', {
      id: 'seven',
    });
    const found = await Promise.all(
      Array.from({ length: 300 }, (_unused, n) => evaluator.evaluate(request({ toolArgs: { n } }), [guard])),
    );
    expect(found.flatMap((verdicts, n) => (verdicts[0]?.outcome === 'BLOCK' ? [n] : []))).toEqual([7]);
  });

  test.each([
    ['Cedar that does not parse', bundle('CEDAR', 'permit (')],
    ['Rego that does not parse', bundle('OPA', 'package')],
    [
      'Rego that reaches the network',
      bundle('OPA', `package p\nimport rego.v1\nallow if { ${TOUCHES_ALL}; http.send({}) }`),
    ],
    ['a bundle marked as not evaluable', bundle('OPA', REGO_ANALYST, { evaluable: false })],
  ])('%s blocks and says so', async (_name, broken) => {
    const [verdict] = await evaluator.evaluate(request(), [broken]);
    expect(verdict).toMatchObject({ outcome: 'BLOCK', reasonCode: 'policy_evaluation_failed' });
    expect(verdict?.failure).toBeTruthy();
  });

  test('checks that are asked for together are each answered for their own source', async () => {
    const sources = Array.from({ length: 70 }, (_unused, n) =>
      n % 3 === 0
        ? `permit (${n}`
        : `forbid (principal, action, resource) when { context.purpose == "${n}" };`,
    );
    const [rego, ...found] = await Promise.all([
      evaluator.check('OPA', REGO_ANALYST),
      ...sources.map((source) => evaluator.check('CEDAR', source)),
    ]);
    expect(rego).toEqual(await evaluator.check('OPA', REGO_ANALYST));
    expect(found.map(([first]) => first?.code)).toEqual(
      sources.map((_source, n) => (n % 3 === 0 ? 'cedar_parse_error' : undefined)),
    );
    for (const n of [0, 69]) expect(found[n]).toEqual(await evaluator.check('CEDAR', sources[n] ?? ''));
  });

  test('a check that overruns is told so, with whatever was checked beside it', async () => {
    const hurried = createEvaluator({ compileBudgetMs: 1 });
    const found = await Promise.all(
      ['a', 'b', 'c'].map((word) =>
        hurried.check('CEDAR', `permit (principal, action, resource); // ${word}`),
      ),
    );
    await hurried.close();
    expect(found.map(([first]) => first?.code)).toEqual(Array(3).fill('policy_check_budget'));
  });

  test('check gives the diagnostics of lint', async () => {
    expect(await evaluator.check('OPA', REGO_ANALYST)).toMatchObject([
      { code: 'directive_disagrees', line: 5 },
    ]);
    expect(await evaluator.check('CEDAR', 'permit (')).toMatchObject([
      { code: 'cedar_parse_error', line: 1 },
    ]);
  });
});

describe('a policy past its budget', () => {
  test('blocks its own call, spares the other bundles of it, and no other call is lost or late', async () => {
    const endless = bundle('OPA', ENDLESS, { id: 'endless' });
    const honest = bundle('CEDAR', CEDAR_DLP);
    await evaluator.prepare([endless]);
    await evaluator.evaluate(request(), [honest]);

    const attack = Array.from({ length: 10 }, () => evaluator.evaluate(request(), [honest, endless]));
    const others = Array.from({ length: 50 }, () => evaluator.evaluate(request(), [honest]));
    for (const verdicts of await Promise.all(others)) expect(outcomes(verdicts)).toEqual(['ALLOW']);
    for (const verdicts of await Promise.all(attack)) {
      expect(outcomes(verdicts)).toEqual(['ALLOW', 'BLOCK']);
      expect(verdicts[1]).toMatchObject({ failure: 'time budget', reasonCode: 'policy_evaluation_failed' });
    }

    // By now the offender runs apart: while it is stuck there, the shared thread answers as always.
    const stuck = evaluator.evaluate(request(), [endless]);
    let slowest = 0;
    for (let round = 0; round < 20; round += 1) {
      const began = performance.now();
      expect(outcomes(await evaluator.evaluate(request(), [honest]))).toEqual(['ALLOW']);
      slowest = Math.max(slowest, performance.now() - began);
    }
    expect(slowest).toBeLessThan(1000);
    expect(outcomes(await stuck)).toEqual(['BLOCK']);
  });

  test('closing answers what is pending, fail closed', async () => {
    const closing = createEvaluator();
    const pending = closing.evaluate(request(), [bundle('CEDAR', CEDAR_DLP)]);
    await new Promise((resolve) => setImmediate(resolve));
    await closing.close();
    expect(outcomes(await pending)).toEqual(['BLOCK']);
  });
});
