import { setTimeout as sleep } from 'node:timers/promises';
import { parseObject } from './check.js';
import type { ResolvedConfig } from './config/options.js';
import { MAX_TIMER_MS } from './config/values.js';
import { readHoldReply } from './decision/hold-reply.js';
import { own } from './decision/members.js';
import type { EnforcementDecision } from './decision/read.js';
import { credentialHeaders } from './transport/credentials.js';
import type { TransportFailure } from './transport/failure.js';
import type { HttpReply, Transport } from './transport/transport.js';
import type { JsonObject } from './vocabulary.js';

const POLL_TIMEOUT_MS = 6000;
/** A poll at the deadline must not stretch the wait by much. */
const LAST_POLL_TIMEOUT_MS = 1000;

/** Statuses after which no poll can succeed: wrong key, wrong tenant, dead token. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 410]);

export type HoldOutcome =
  | { readonly kind: 'resolved'; readonly decision: EnforcementDecision }
  | {
      readonly kind: 'ended';
      readonly code: string;
      readonly reason: string;
      /** Nobody waits any more, but an approver would still be asked. */
      readonly pending: boolean;
    };

/** Time to wait for an approver: the shorter of ours and the server's. Milliseconds. */
export function waitBudget(config: ResolvedConfig, first: EnforcementDecision): number {
  const server = first.stepUpTimeoutSeconds ?? 0;
  return server > 0 ? Math.min(config.stepUpTimeoutMs, server * 1000) : config.stepUpTimeoutMs;
}

/** Polls a hold until it is resolved, lost, cancelled or out of time. Never throws. Source: SDK behaviour 6. */
export async function waitForHold(
  transport: Transport,
  config: ResolvedConfig,
  holdToken: string,
  budgetMs: number,
  signal: AbortSignal,
  /** Cuts the present pause short: the hold was answered from here. */
  wake?: AbortSignal,
): Promise<HoldOutcome> {
  // Monotonic: a change of the wall clock neither cuts the wait short nor prolongs it.
  const deadline = performance.now() + budgetMs;
  for (;;) {
    const left = deadline - performance.now();
    // Timers end up to a millisecond early; that must not cost a poll more.
    const lastPoll = left < 2;
    const timeoutMs = lastPoll ? LAST_POLL_TIMEOUT_MS : Math.min(POLL_TIMEOUT_MS, Math.max(left, 1));
    const polled = await pollOnce(transport, config, holdToken, signal, timeoutMs);
    if (signal.aborted) {
      return { kind: 'ended', code: 'step_up_cancelled', reason: 'step-up wait cancelled', pending: true };
    }
    if (polled.kind !== 'pending') return polled;
    if (lastPoll) {
      return {
        kind: 'ended',
        code: 'step_up_timeout',
        reason: 'step-up auth timeout — no approver response',
        pending: true,
      };
    }
    const pause = Math.max(config.stepUpPollIntervalMs * (1 + Math.random() / 10), polled.retryAfterMs);
    try {
      await sleep(Math.max(0, Math.min(pause, deadline - performance.now(), MAX_TIMER_MS)), undefined, {
        signal: wake === undefined || wake.aborted ? signal : AbortSignal.any([signal, wake]),
      });
    } catch {
      // Woken, or aborted: the next round reports that after at most one cancelled poll.
    }
  }
}

type Poll = HoldOutcome | { readonly kind: 'pending'; readonly retryAfterMs: number };

async function pollOnce(
  transport: Transport,
  config: ResolvedConfig,
  holdToken: string,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Poll> {
  const reply = await fetchHold(transport, config, holdToken, signal, timeoutMs);
  if (FINAL_STATUSES.has(reply.status)) {
    return {
      kind: 'ended',
      code: 'hold_not_available',
      reason: `step-up hold is not available (status=${reply.status})`,
      pending: false,
    };
  }
  const decision =
    reply.status === 200 && reply.body !== undefined && speaksOf(holdToken, reply.body)
      ? readHoldReply(reply.body)
      : undefined;
  return decision === undefined
    ? { kind: 'pending', retryAfterMs: reply.retryAfterMs }
    : { kind: 'resolved', decision };
}

/** A cache or a mixed-up server may answer with another hold: that is a broken reply, not a decision. */
function speaksOf(holdToken: string, body: JsonObject): boolean {
  const named = own(body, 'token') ?? own(body, 'hold_token') ?? holdToken;
  return named === '' || named === holdToken;
}

export function holdPath(holdToken: string): string {
  return `/v1/enforce/hold/${encodeURIComponent(holdToken)}`;
}

/** One answer about a hold; status 503 when the enforcer was not reached. */
export interface HoldReply {
  readonly status: number;
  readonly body: JsonObject | undefined;
  readonly retryAfterMs: number;
}

export async function fetchHold(
  transport: Transport,
  config: ResolvedConfig,
  holdToken: string,
  signal?: AbortSignal,
  timeoutMs: number = POLL_TIMEOUT_MS,
): Promise<HoldReply> {
  const outcome = await transport.send({
    lane: 'checks',
    method: 'GET',
    path: holdPath(holdToken),
    headers: credentialHeaders(config.apiKey),
    timeoutMs,
    signal,
  });
  return readReply(outcome);
}

export function readReply(reply: HttpReply | TransportFailure): HoldReply {
  if (reply.kind === 'failure') return { status: 503, body: undefined, retryAfterMs: 0 };
  return { status: reply.status, body: parseObject(reply.body), retryAfterMs: reply.retryAfterMs ?? 0 };
}
