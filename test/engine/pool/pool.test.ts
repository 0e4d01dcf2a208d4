import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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

const PLAIN = 'permit (principal, action, resource);';
/** Each comprehension makes checking the one around it take three times as long. */
const ENDLESS_CHECK = `package p
import rego.v1
deny if { ${TOUCHES_ALL} }
x := ${Array.from({ length: 24 }).reduce<string>((inner, _unused, n) => `[y${n} | y${n} := ${inner}]`, '1')}
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

  test('a check past its time is refused with the limit and the place', async () => {
    const hurried = createEvaluator({ compileBudgetMs: 300 });
    const found = await hurried.check('OPA', ENDLESS_CHECK, 'acme');
    await hurried.close();
    expect(found).toMatchObject([{ code: 'policy_check_budget', severity: 'error', line: 4 }]);
    expect(found[0]?.message).toContain('0.3 s, the limit for one policy');
  });

  test('a policy the engine dies of is refused, and what is checked with it is not', async () => {
    const deep = `forbid (principal, action, resource) when { ${'('.repeat(2000)}true${')'.repeat(2000)} };`;
    const found = await Promise.all(
      [PLAIN, deep, PLAIN].map((source) => evaluator.check('CEDAR', source, 'initech')),
    );
    expect(found.map(([first]) => first?.code)).toEqual([undefined, 'policy_check_budget', undefined]);
    expect(found[1]?.[0]?.message).toContain('nested too deeply');
  });

  test('a slow check of one tenant holds up no other', async () => {
    const patient = createEvaluator({ compileBudgetMs: 600_000 });
    let answered = false;
    const slow = patient.check('OPA', ENDLESS_CHECK, 'acme').finally(() => (answered = true));
    expect(await patient.check('CEDAR', PLAIN, 'globex')).toEqual([]);
    expect(answered).toBe(false);
    await patient.close();
    expect(await slow).toMatchObject([
      { code: 'policy_check_budget', message: expect.stringContaining('the server is stopping') },
    ]);
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
    for (let round = 0; round < 20; round += 1)
      expect(outcomes(await evaluator.evaluate(request(), [honest]))).toEqual(['ALLOW']);
    expect(outcomes(await stuck)).toEqual(['BLOCK']);
  });

  test('making much Cedar ready holds up no call of another tenant', async () => {
    const honest = bundle('CEDAR', CEDAR_DLP);
    await evaluator.evaluate(request(), [honest]);
    const much = Array.from(
      { length: 600 },
      (_unused, n) => `forbid (principal, action, resource) when { context.purpose == "purpose ${n}" };`,
    );
    let answered = false;
    const heavy = evaluator
      .evaluate(request({ tenantId: 'acme', purpose: 'purpose 7' }), [bundle('CEDAR', much.join('\n'))])
      .finally(() => (answered = true));
    expect(outcomes(await evaluator.evaluate(request(), [honest]))).toEqual(['ALLOW']);
    expect(answered).toBe(false);
    expect(outcomes(await heavy)).toEqual(['BLOCK']);
  });

  test.each([-3_600_000, 3_600_000])(
    'is one whatever the wall clock does meanwhile (%i ms)',
    async (jump) => {
      const watched = createEvaluator({ budgetMs: 150 });
      const endless = bundle('OPA', ENDLESS, { id: 'endless' });
      await watched.evaluate(request(), [bundle('CEDAR', CEDAR_DLP)]);
      await watched.prepare([endless]);
      const now = Date.now.bind(Date);
      const stuck = watched.evaluate(request(), [endless]);
      const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + jump);
      try {
        expect(outcomes(await stuck)).toEqual(['BLOCK']);
        expect(outcomes(await watched.evaluate(request(), [bundle('CEDAR', CEDAR_DLP)]))).toEqual(['ALLOW']);
      } finally {
        clock.mockRestore();
        await watched.close();
      }
    },
  );

  test('closing answers what is pending, fail closed', async () => {
    const closing = createEvaluator();
    const pending = closing.evaluate(request(), [bundle('CEDAR', CEDAR_DLP)]);
    await new Promise((resolve) => setImmediate(resolve));
    await closing.close();
    expect(outcomes(await pending)).toEqual(['BLOCK']);
  });
});
