import { describe, expect, it } from 'vitest';
import { ThothctlError } from '../../../src/errors/index.js';
import type { ExitName } from '../../../src/errors/exit-codes.js';
import { sendRows } from '../../../src/journeys/bulk/send-rows.js';

const failing = (exit: ExitName) => new ThothctlError({ code: exit, message: exit, exit });
const options = { concurrency: 4, repeatable: false, onProgress: () => {} };
const rows = Array.from({ length: 200 }, (_, index) => index);
const states = (outcomes: readonly { state: string }[], state: string) =>
  outcomes.filter((outcome) => outcome.state === state).length;

describe('rows on their way', () => {
  it('are never more under way than allowed, and keep their order', async () => {
    let underWay = 0;
    let most = 0;
    const outcomes = await sendRows(
      rows,
      async (row) => {
        most = Math.max(most, (underWay += 1));
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        if (row % 10 === 0) throw failing('conflict');
        return { row };
      },
      { ...options, signal: new AbortController().signal },
    );
    expect(most).toBe(4);
    expect(states(outcomes, 'failed')).toBe(20);
    expect(outcomes[7]).toEqual({ state: 'done', shown: { row: 7 } });
  });

  it('stop when no other row would fare better', async () => {
    const refused = await sendRows(rows, () => Promise.reject(failing('unauthenticated')), {
      ...options,
      signal: new AbortController().signal,
    });
    expect(states(refused, 'not_sent')).toBeGreaterThan(190);
    const away = await sendRows(rows, () => Promise.reject(failing('unavailable')), {
      ...options,
      signal: new AbortController().signal,
    });
    expect(states(away, 'failed')).toBeLessThan(30);
  });

  it('are tried again only when that does no harm', async () => {
    const tries = new Map<number, number>();
    const flaky = (row: number) => {
      const count = (tries.get(row) ?? 0) + 1;
      tries.set(row, count);
      return count === 1 ? Promise.reject(failing('unavailable')) : Promise.resolve({});
    };
    const { signal } = new AbortController();
    const again = await sendRows([1, 2], flaky, { ...options, repeatable: true, signal });
    expect(states(again, 'done')).toBe(2);
    tries.clear();
    const once = await sendRows([1, 2], flaky, { ...options, repeatable: false, signal });
    expect(states(once, 'failed')).toBe(2);
  });

  it('end with the signal, and the rest is left for another run', async () => {
    const controller = new AbortController();
    const outcomes = await sendRows(
      rows,
      async (row) => {
        if (row === 10) controller.abort();
        await new Promise((resolve) => setImmediate(resolve));
        return {};
      },
      { ...options, signal: controller.signal },
    );
    expect(states(outcomes, 'done')).toBeLessThan(20);
    expect(states(outcomes, 'not_sent')).toBeGreaterThan(180);
  });
});
