import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RETRY_POLICY, retryAfter, retryDelay } from '../../../src/server/delivery/retry-policy.js';

describe('the retry policy', () => {
  it('doubles up to its cap with half of it at random, and ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (made, random) => {
          const delay = retryDelay(made, undefined, RETRY_POLICY, random);
          if (made >= RETRY_POLICY.attempts) {
            expect(delay).toBeUndefined();
            return;
          }
          const full = Math.min(5_000 * 2 ** (made - 1), RETRY_POLICY.capMs);
          expect(delay).toBeGreaterThanOrEqual(full / 2);
          expect(delay).toBeLessThanOrEqual(full);
        },
      ),
    );
  });

  it('waits as long as the receiver asks, in seconds or until a date, for a day at most', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfter('120', now)).toBe(120_000);
    expect(retryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
    expect(retryAfter('999999999', now)).toBe(86_400_000);
    for (const odd of [undefined, '', 'soon', '-5', '0', 'Wed, 31 Dec 2025 00:00:00 GMT']) {
      expect(retryAfter(odd, now)).toBeUndefined();
    }
    expect(retryDelay(1, 60_000, RETRY_POLICY, 0)).toBe(60_000);
  });
});
