/** How often and how soon a delivery is tried again. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
}

/** Sixteen attempts over about seventeen hours: a receiver may be down for a night. */
export const RETRY_POLICY: RetryPolicy = { attempts: 16, baseMs: 5_000, capMs: 4 * 3_600_000 };

/** What a receiver may ask for; more would be a way to keep deliveries waiting for ever. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Milliseconds until the next attempt; undefined when there is none. Doubling from the base, a random half of it taken off
 * so that receivers are not hit by everybody at once, and never sooner than the receiver asked for.
 */
export function retryDelay(
  attemptsMade: number,
  retryAfterMs: number | undefined,
  policy: RetryPolicy,
  random: number = Math.random(),
): number | undefined {
  if (attemptsMade >= policy.attempts) return undefined;
  const full = Math.min(policy.baseMs * 2 ** (attemptsMade - 1), policy.capMs);
  return Math.max(full * (1 - random / 2), retryAfterMs ?? 0);
}

/** `Retry-After` in milliseconds: seconds or an HTTP date, capped; undefined for anything else. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) || wait <= 0 ? undefined : Math.min(wait, MAX_RETRY_AFTER_MS);
}
