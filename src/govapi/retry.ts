import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../errors/index.js';
import type { HttpReply } from './transport.js';

/** `x-retry-policy` of the contract, with full jitter added: clients that failed together must not return together. */
const ATTEMPTS = 4;
const BASE_MS = 300;
const CAP_MS = 5000;
/** A server that asks for more patience than this gets its answer reported instead. */
const LONGEST_ASKED_MS = 60_000;
const RETRYABLE = new Set([429, 500, 502, 503, 504]);

export interface RetryPorts {
  readonly random: () => number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const systemPorts: RetryPorts = {
  random: Math.random,
  now: Date.now,
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, { signal }).catch(() => {
      throw new ThothctlError({
        code: 'interrupted',
        message: 'The request was interrupted.',
        exit: 'interrupted',
      });
    });
  },
};

/** Sends until an answer is final or the attempts are used up; the last answer or fault is the result. */
export async function sendWithRetry(
  send: () => Promise<HttpReply>,
  retryable: boolean,
  signal: AbortSignal | undefined,
  ports: RetryPorts,
): Promise<HttpReply> {
  for (let attempt = 1; ; attempt += 1) {
    let asked = 0;
    try {
      const reply = await send();
      if (!retryable || !RETRYABLE.has(reply.status) || attempt === ATTEMPTS) return reply;
      asked = retryAfterMs(reply.headers['retry-after'], ports.now());
      if (asked > LONGEST_ASKED_MS) return reply;
    } catch (error) {
      const transient = error instanceof ThothctlError && error.exit === 'unavailable';
      if (!retryable || !transient || attempt === ATTEMPTS) throw error;
    }
    await ports.sleep(Math.max(asked, backoffMs(attempt, ports.random)), signal);
  }
}

/** Full jitter: anywhere between nothing and the doubled, capped base. */
export function backoffMs(attempt: number, random: () => number): number {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1));
}

/** Seconds or an HTTP date; anything else asks for nothing. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
