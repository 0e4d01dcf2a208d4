import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BURST_SIZE, foldBursts, readOpenBursts } from '../../../src/server/reports/read-models/bursts.js';

const violations = (count: number, spacingMs: number, agentOf = (_at: number): string => 'bot') =>
  Array.from({ length: count }, (_, at) => ({
    index: at + 1,
    at: at * spacingMs,
    id: `vio_${at + 1}`,
    agentId: agentOf(at),
  }));

describe('bursts of violations', () => {
  it('are told once, when they reach their size', () => {
    const { bursts, open } = foldBursts([], violations(BURST_SIZE + 2, 1000));
    expect(bursts.map((burst) => burst.map(({ id }) => id))).toEqual([
      ['vio_1', 'vio_2', 'vio_3', 'vio_4', 'vio_5'],
    ]);
    expect(open.map(([agent, entries]) => [agent, entries.length])).toEqual([['bot', 2]]);
  });

  it('are none when far apart or of different agents, and an unnamed agent has none', () => {
    expect(foldBursts([], violations(8, 3_600_000)).bursts).toEqual([]);
    expect(
      foldBursts(
        [],
        violations(8, 1, (at) => `bot-${at}`),
      ).bursts,
    ).toEqual([]);
    expect(
      foldBursts(
        [],
        violations(8, 1, () => ''),
      ),
    ).toEqual({ open: [], bursts: [] });
  });

  it('do not depend on how the violations are cut into ranges', () => {
    const entry = fc.record({ gap: fc.nat(400_000), agent: fc.constantFrom('a', 'b', '__proto__') });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), fc.nat(60), (entries, cut) => {
        let at = 0;
        const all = entries.map(({ gap, agent }, index) => {
          at += gap;
          return { index, at, id: `v${index}`, agentId: agent };
        });
        const first = foldBursts([], all.slice(0, cut));
        const second = foldBursts(readOpenBursts(JSON.stringify(first.open)), all.slice(cut));
        expect([...first.bursts, ...second.bursts]).toEqual(foldBursts([], all).bursts);
      }),
    );
  });
});
