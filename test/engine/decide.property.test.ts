import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, STRICTEST_FIRST } from '../../src/engine/index.js';
import type { BundleVerdict, EnforcementMode } from '../../src/engine/types.js';
import { request, snapshot, verdict } from './fixtures.js';

const args = { query: 'x' };
const outcome = fc.constantFrom('BLOCK', 'DEFER', 'STEP_UP', 'MODIFY', 'ALLOW', 'NO_OPINION' as const);
const someVerdict: fc.Arbitrary<BundleVerdict> = fc
  .record({
    outcome,
    namesTool: fc.boolean(),
    bundleName: fc.constantFrom('a', 'b', 'c', 'd'),
    bundleId: fc.uuid(),
    binding: fc.boolean(),
    limit: fc.constantFrom(1, 2),
  })
  .map(({ limit, ...over }) =>
    verdict({ ...over, ...(over.outcome === 'MODIFY' ? { modifiedToolArgs: { ...args, limit } } : {}) }),
  );
const call = fc.record({
  mode: fc.constantFrom<EnforcementMode>('observe', 'block', 'step_up', 'progressive'),
  toolName: fc.constantFrom('search_docs', 'wire_transfer', 'read_mail'),
});
const facts = fc.record({ requests: fc.nat(50), violations: fc.nat(4), callsOfThisTool: fc.nat(50) });
const tenant = fc
  .record({
    high: fc.constantFrom('allow', 'step_up', 'block' as const),
    critical: fc.constantFrom('allow', 'step_up', 'block' as const),
  })
  .map((shadowPolicy) => snapshot({ shadowPolicy }));

const rank = (word: string | undefined): number => STRICTEST_FIRST.findIndex((each) => each === word);
const all = fc.tuple(call, tenant, facts, fc.array(someVerdict, { maxLength: 6 }));
const ask = ({ mode, toolName }: { mode: EnforcementMode; toolName: string }) =>
  request({ mode, toolName, toolArgs: args });

describe('properties of a decision', () => {
  test('the order of bundles does not matter', () => {
    fc.assert(
      fc.property(all, fc.func(fc.integer()), ([asked, where, session, verdicts], key) => {
        const shuffled = [...verdicts].sort((left, right) => key(left.bundleId) - key(right.bundleId));
        const { observed: _first, ...first } = decide(ask(asked), where, session, verdicts);
        const { observed: _second, ...second } = decide(ask(asked), where, session, shuffled);
        expect(second).toEqual(first);
      }),
    );
  });

  test('a binding deny always wins and adding one never loosens', () => {
    fc.assert(
      fc.property(all, ([asked, where, session, verdicts]) => {
        const made = decide(ask(asked), where, session, [...verdicts, verdict({ outcome: 'BLOCK' })]);
        expect(made.shadowDecision ?? made.decision).toBe('BLOCK');
      }),
    );
  });

  test('in scope the result is at least as strict as every binding verdict', () => {
    fc.assert(
      fc.property(all, ([asked, where, session, verdicts]) => {
        const made = decide(ask({ ...asked, toolName: 'search_docs' }), where, session, verdicts);
        const effective = rank(made.shadowDecision ?? made.decision);
        for (const each of verdicts)
          if (each.binding && each.outcome !== 'NO_OPINION')
            expect(effective).toBeLessThanOrEqual(rank(each.outcome));
      }),
    );
  });

  test('observe never refuses and never rewrites', () => {
    fc.assert(
      fc.property(all, ([asked, where, session, verdicts]) => {
        const made = decide(ask({ ...asked, mode: 'observe' }), where, session, verdicts);
        expect([made.decision, made.modifiedToolArgs, made.violation]).toEqual(['ALLOW', undefined, false]);
        expect(made.shadowDecision).toBeDefined();
      }),
    );
  });

  test('out of scope never runs unless a binding rule names the tool', () => {
    fc.assert(
      fc.property(all, ([asked, where, session, verdicts]) => {
        const made = decide(ask({ ...asked, toolName: 'wire_transfer' }), where, session, verdicts);
        const effective = made.shadowDecision ?? made.decision;
        if (effective === 'ALLOW' || effective === 'MODIFY')
          expect(verdicts.some((each) => each.binding && each.namesTool)).toBe(true);
      }),
    );
  });

  test('non-binding verdicts change nothing', () => {
    fc.assert(
      fc.property(all, ([asked, where, session, verdicts]) => {
        const { observed, ...made } = decide(ask(asked), where, session, verdicts);
        const binding = verdicts.filter((each) => each.binding);
        const { observed: none, ...without } = decide(ask(asked), where, session, binding);
        expect(made).toEqual(without);
        expect([observed.length, none.length]).toEqual([verdicts.length - binding.length, 0]);
      }),
    );
  });
});
