import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedConfig } from './config/options.js';
import { holdPath, readReply, type HoldReply } from './hold.js';
import { credentialHeaders } from './transport/credentials.js';
import type { Transport } from './transport/transport.js';

const WITHDRAWAL_TIMEOUT_MS = 5000;

const underWay = new Set<Promise<unknown>>();

/**
 * Tells the enforcer that nobody waits for a hold any more, so that no approver is asked in vain. One attempt, never
 * throws; status 503 when the enforcer was not reached. An enforcer without the operation answers
 * 404 or 405, and the hold ends at its own expiry.
 */
export function withdrawHold(
  transport: Transport,
  config: ResolvedConfig,
  holdToken: string,
): Promise<HoldReply> {
  const sent = transport
    .send({
      lane: 'withdrawals',
      method: 'DELETE',
      path: holdPath(holdToken),
      headers: credentialHeaders(config.apiKey),
      timeoutMs: WITHDRAWAL_TIMEOUT_MS,
      retryOnce: true,
    })
    .then(readReply)
    .finally(() => underWay.delete(sent));
  underWay.add(sent);
  return sent;
}

/** Settles when every withdrawal under way is answered, or after `timeoutMs`. */
export async function withdrawalsSettled(timeoutMs = WITHDRAWAL_TIMEOUT_MS): Promise<void> {
  if (underWay.size === 0) return;
  const limit = new AbortController();
  await Promise.race([
    Promise.allSettled(underWay),
    sleep(timeoutMs, undefined, { signal: limit.signal }).catch(() => undefined),
  ]);
  limit.abort();
}
