import { setTimeout as sleep } from 'node:timers/promises';
import type { ThothLogger } from '../logger.js';
import type { HttpReply, Transport } from '../transport/transport.js';
import type { TransportFailure } from '../transport/failure.js';
import type { BehavioralEvent } from './event.js';

const POST_TIMEOUT_MS = 5000;
const FIRST_BACKOFF_MS = 200;
const MAX_RETRY_AFTER_MS = 30_000;

/** `refused` batches are dropped, `undelivered` ones may be spooled. */
export type Delivery = 'delivered' | 'refused' | 'undelivered';

export interface DeliveryPort {
  readonly transport: Transport;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxAttempts: number;
  readonly logger: ThothLogger;
  readonly onRetry: () => void;
}

/** Statuses already reported, so that a wrong key does not fill the log. */
const reported = new WeakMap<DeliveryPort, Set<number>>();

/** Sends one batch under the same event ids until it is taken, refused or the tries are spent. */
export async function deliver(
  port: DeliveryPort,
  batch: readonly BehavioralEvent[],
  signal: AbortSignal,
): Promise<Delivery> {
  const body = serialise(batch);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await port.transport.send({
      lane: 'events',
      method: 'POST',
      path: '/v1/events/batch',
      body,
      headers: port.headers,
      timeoutMs: POST_TIMEOUT_MS,
      signal,
    });
    if (outcome.kind === 'reply' && outcome.status >= 200 && outcome.status < 300) return 'delivered';
    if (signal.aborted) return 'undelivered';
    if (!worthRetrying(outcome)) {
      reportOnce(port, outcome);
      return 'refused';
    }
    if (attempt >= port.maxAttempts) {
      port.logger.error(
        `event delivery given up after ${attempt} tries (${describe(outcome)}), ${batch.length} events`,
      );
      return 'undelivered';
    }
    port.onRetry();
    try {
      await sleep(backoff(attempt, outcome), undefined, { ref: false, signal });
    } catch {
      return 'undelivered';
    }
  }
}

function worthRetrying(outcome: HttpReply | TransportFailure): boolean {
  if (outcome.kind === 'failure') return outcome.source === 'enforcer_unavailable';
  return outcome.status === 408 || outcome.status === 429 || outcome.status >= 500;
}

function backoff(attempt: number, outcome: HttpReply | TransportFailure): number {
  const jittered = FIRST_BACKOFF_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
  const asked = outcome.kind === 'reply' ? (outcome.retryAfterMs ?? 0) : 0;
  return Math.max(jittered, Math.min(asked, MAX_RETRY_AFTER_MS));
}

function reportOnce(port: DeliveryPort, outcome: HttpReply | TransportFailure): void {
  const seen = reported.get(port) ?? new Set<number>();
  reported.set(port, seen);
  const status = outcome.kind === 'reply' ? outcome.status : 0;
  if (seen.has(status)) return;
  seen.add(status);
  port.logger.error(`the enforcer refuses events (${describe(outcome)}); they are dropped`);
}

function describe(outcome: HttpReply | TransportFailure): string {
  return outcome.kind === 'reply' ? `status=${outcome.status}` : outcome.code;
}

/** Caller metadata may hold anything; one odd event must not lose its batch, let alone throw. */
function serialise(batch: readonly BehavioralEvent[]): string {
  const texts: string[] = [];
  for (const event of batch) {
    try {
      texts.push(JSON.stringify(event));
    } catch {
      texts.push(JSON.stringify({ ...event, metadata: { serialisation: 'failed' } }));
    }
  }
  return `[${texts.join(',')}]`;
}
