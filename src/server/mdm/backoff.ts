/** Waiting for a vendor: how often, how long, and when it asks for too much. */

/** Requests for one page, the first included. */
export const MAX_ATTEMPTS = 6;
/** A vendor that asks for more has its word passed on instead: nobody watches a job that sleeps for an hour. */
export const MAX_WAIT_MS = 15 * 60_000;

const BASE_MS = 500;
const CAP_MS = 30_000;
const SPREAD_MS = 250;

/**
 * Milliseconds until the next attempt. What the vendor asks for is the least, a little spread keeps several syncs from
 * coming back in step; without its word, full jitter under a doubling ceiling.
 */
export function waitBefore(attempt: number, askedMs: number | undefined, random: () => number): number {
  if (askedMs !== undefined) return askedMs + random() * Math.min(SPREAD_MS, askedMs);
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3); undefined for anything else. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /[a-z]{3}.*\d{2}:\d{2}:\d{2}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
