import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, STRICTEST_FIRST } from '../../../src/engine/index.js';
import { CATALOGUE } from '../../../src/engine/packs/catalogue/index.js';
import type { LoadedPack } from '../../../src/engine/packs/pack.js';
import type { EngineRequest } from '../../../src/engine/types.js';
import { NO_FACTS, request, snapshot } from '../fixtures.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const points = fc.double({ min: 0, max: 100, noNaN: true });
const somePack: fc.Arbitrary<LoadedPack> = fc
  .record({
    pack: fc.constantFrom(...CATALOGUE),
    which: fc.nat(3),
    environment: fc.constantFrom(undefined, 'prod', 'dev'),
    controls: fc.record({
      mismatchBoost: points,
      delegationBoost: points,
      trustFloor: share,
      criticalThreshold: share,
    }),
  })
  .map(({ pack, which, environment, controls }) => {
    const version = pack.versions[which % pack.versions.length] ?? pack.versions[0];
    const { ruleVersion, rules } = version;
    return {
      packId: pack.id,
      ruleVersion,
      reference: `${pack.id}@${ruleVersion}`,
      environment,
      controls,
      rules,
    };
  });
const call: fc.Arbitrary<Partial<EngineRequest>> = fc.record({
  toolName: fc.constantFrom(
    'search_docs',
    'export_rows',
    'delete_record',
    'run_shell',
    'wire_transfer',
    'send_mail',
  ),
  mode: fc.constantFrom('block', 'step_up', 'progressive', 'observe'),
  approvedScope: fc.constantFrom(['search_docs', 'export_rows', 'wire_transfer'], ['delete_record']),
  purpose: fc.constantFrom(undefined, 'care', 'marketing'),
  dataClassification: fc.constantFrom(undefined, 'public', 'confidential', 'restricted', 'odd'),
  taskContext: fc.constantFrom(undefined, { purpose: 'care' }, { chain: ['x'] }, { initiated_by: 'y' }),
  callerAgentId: fc.constantFrom(undefined, 'planner'),
});
const rank = (made: ReturnType<typeof decide>): number =>
  STRICTEST_FIRST.indexOf(made.shadowDecision ?? made.decision);
const with_ = (packs: readonly LoadedPack[]) =>
  snapshot({ packs: { everyone: [], byAgent: new Map([['support-bot', packs]]) } });

describe('packs and the decision', () => {
  test('another pack never makes a decision laxer, nor the risk smaller', () => {
    fc.assert(
      fc.property(call, fc.array(somePack, { maxLength: 3 }), somePack, (over, packs, more) => {
        const before = decide(request(over), with_(packs), NO_FACTS, []);
        const after = decide(request(over), with_([...packs, more]), NO_FACTS, []);
        expect(rank(after)).toBeLessThanOrEqual(rank(before));
        expect(after.riskScore).toBeGreaterThanOrEqual(before.riskScore);
        expect(after.riskScore).toBeLessThanOrEqual(100);
      }),
    );
  });

  test('a larger boost, a lower floor and a lower threshold never make it laxer', () => {
    fc.assert(
      fc.property(
        call,
        somePack,
        fc.record({ boost: points, floor: share, threshold: share }),
        (over, one, less) => {
          const { mismatchBoost, delegationBoost, trustFloor, criticalThreshold } = one.controls;
          const stricter = {
            mismatchBoost: Math.min(100, mismatchBoost + less.boost),
            delegationBoost: Math.min(100, delegationBoost + less.boost),
            trustFloor: trustFloor * less.floor,
            criticalThreshold: criticalThreshold * less.threshold,
          };
          const before = decide(request(over), with_([one]), NO_FACTS, []);
          const after = decide(request(over), with_([{ ...one, controls: stricter }]), NO_FACTS, []);
          expect(rank(after)).toBeLessThanOrEqual(rank(before));
        },
      ),
    );
  });

  test('taking the packs away gives exactly the decision there was without them', () => {
    fc.assert(
      fc.property(call, fc.array(somePack, { maxLength: 3 }), (over, packs) => {
        const without = decide(request(over), snapshot(), NO_FACTS, []);
        decide(request(over), with_(packs), NO_FACTS, []);
        expect(decide(request(over), with_([]), NO_FACTS, [])).toEqual(without);
      }),
    );
  });

  test('at or above the critical threshold a call never just runs', () => {
    fc.assert(
      fc.property(call, somePack, (over, one) => {
        const made = decide(request(over), with_([{ ...one, environment: undefined }]), NO_FACTS, []);
        const critical = made.riskScore / 100 >= one.controls.criticalThreshold;
        if (critical) expect(rank(made)).toBeLessThanOrEqual(STRICTEST_FIRST.indexOf('STEP_UP'));
      }),
    );
  });
});
