import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overrideKey, type Override } from '../../../src/engine/exceptions/override.js';
import { isWaivable } from '../../../src/engine/exceptions/waivers.js';
import { decide, STRICTEST_FIRST } from '../../../src/engine/index.js';
import type { BundleVerdict, TenantSnapshot } from '../../../src/engine/types.js';
import { NO_FACTS, request, snapshot, verdict } from '../fixtures.js';

const NOW = Date.parse(request().receivedAt);
const outcome = fc.constantFrom('BLOCK', 'DEFER', 'STEP_UP', 'ALLOW', 'NO_OPINION' as const);
const someVerdict: fc.Arbitrary<BundleVerdict> = fc
  .record({
    outcome,
    bundleName: fc.constantFrom('a', 'b', 'c'),
    ruleIds: fc.uniqueArray(fc.constantFrom('x', 'y'), { minLength: 1 }),
    failing: fc.boolean(),
  })
  .map(({ failing, ...over }) =>
    verdict({ ...over, ...(failing ? { outcome: 'BLOCK', failure: 'late' } : {}) }),
  );
const ruleIds = fc.uniqueArray(
  fc.constantFrom('a@1#x', 'a@1#y', 'b@1#x', 'c@1#y', 'scope', 'risk-tier', 'quarantine', 'a@2#x'),
);
const someOverride: fc.Arbitrary<Override> = fc.record({
  requestId: fc.constant('exc'),
  ruleIds,
  environment: fc.constantFrom(undefined, 'prod', 'dev'),
  purpose: fc.constantFrom(undefined, 'care'),
  maxSensitivity: fc.constantFrom(undefined, 'internal'),
  hold: fc.boolean(),
  expiresAt: fc.constantFrom(NOW - 1, NOW, NOW + 1, NOW + 1000),
});
const call = fc.record({
  approvedScope: fc.constantFrom(['search_docs'], ['other']),
  purpose: fc.constantFrom(undefined, 'care'),
  dataClassification: fc.constantFrom(undefined, 'restricted'),
});
const where = (overrides: readonly Override[]): TenantSnapshot =>
  snapshot({
    shadowPolicy: { low: 'step_up' },
    overrides: new Map([[overrideKey('support-bot', 'search_docs'), overrides]]),
  });
const rank = (made: ReturnType<typeof decide>): number => STRICTEST_FIRST.indexOf(made.decision);
const covers = (
  each: Override,
  asked: { purpose: string | undefined; dataClassification: string | undefined },
) =>
  each.expiresAt > NOW &&
  each.environment !== 'dev' &&
  (each.purpose === undefined || each.purpose === asked.purpose) &&
  (each.maxSensitivity === undefined || asked.dataClassification === undefined);

describe('overrides of exceptions', () => {
  test('never let a call run past a rule they do not cite, nor past a failure', () => {
    fc.assert(
      fc.property(call, fc.array(someVerdict, { maxLength: 4 }), someOverride, (over, verdicts, each) => {
        const made = decide(request(over), where([each]), NO_FACTS, verdicts);
        if (made.decision !== 'ALLOW') return;
        const cited = new Set(covers(each, over) && !each.hold ? each.ruleIds.filter(isWaivable) : []);
        for (const { outcome: word, failure, bundleName, ruleIds: rules } of verdicts) {
          if (word !== 'BLOCK' && word !== 'DEFER' && word !== 'STEP_UP') continue;
          expect(failure).toBeUndefined();
          for (const rule of rules) expect(cited).toContain(`${bundleName}@1#${rule}`);
        }
        if (over.approvedScope[0] !== 'search_docs') expect(cited).toContain('scope');
        expect(cited).toContain('risk-tier');
      }),
    );
  });

  test('that do not cover the call change nothing at all', () => {
    fc.assert(
      fc.property(call, fc.array(someVerdict, { maxLength: 4 }), someOverride, (over, verdicts, each) => {
        fc.pre(!covers(each, over));
        const made = decide(request(over), where([each]), NO_FACTS, verdicts);
        expect(made).toEqual(decide(request(over), where([]), NO_FACTS, verdicts));
      }),
    );
  });

  test('never make a decision stricter, and say so when they made it laxer', () => {
    fc.assert(
      fc.property(call, fc.array(someVerdict, { maxLength: 4 }), someOverride, (over, verdicts, each) => {
        const before = decide(request(over), where([]), NO_FACTS, verdicts);
        const after = decide(request(over), where([each]), NO_FACTS, verdicts);
        expect(rank(after)).toBeGreaterThanOrEqual(rank(before));
        if (after.decision === 'ALLOW' && before.decision !== 'ALLOW')
          expect(after.matchedRuleIds).toContain('exception:exc');
        if (each.hold && before.decision !== 'ALLOW') expect(after.decision).not.toBe('ALLOW');
      }),
    );
  });
});
