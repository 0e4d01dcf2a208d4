import type { ServerContext } from '../context.js';
import { attemptDelivery, type Outcome } from './attempt.js';
import type { Channel } from './channel.js';
import { deliveredEvent, updateDelivery, type DeliveryRow } from './delivery-rows.js';
import { DeliveryFailure } from './destination.js';
import { retryDelay, type RetryPolicy } from './retry-policy.js';
import type { DestinationName } from './switched-on.js';

export interface LaneParts extends Pick<ServerContext, 'store' | 'clock' | 'newId'> {
  readonly allowPrivate: boolean;
  readonly retry: RetryPolicy;
  readonly stopping: AbortSignal;
  readonly onFault: (error: unknown) => void;
}

/** At once to one destination: enough to fill a line of normal latency, too few to hurt a receiver. */
const MOST_IN_FLIGHT = 4;
/** Rows held in memory, the ones in flight not counted. */
const BATCH = 64;
/** When results cannot be recorded, sending goes on only now and then: each send would be repeated later. */
const UNRECORDED_PAUSE_MS = 5_000;
/** A receiver that asks for time gets it for everything, within reason. */
const LONGEST_PAUSE_MS = 3_600_000;

/** Sends what is due to one destination, oldest first and a few at a time. A slow receiver stalls this lane alone. */
export class Lane {
  #channel: Channel | undefined;
  #waiting: DeliveryRow[] = [];
  readonly #inFlight = new Map<string, Promise<void>>();
  #pausedUntil = 0;

  constructor(
    private readonly parts: LaneParts,
    private readonly tenantId: string,
    private readonly destination: DestinationName,
    /** Called when the lane could take more. */
    private readonly hungry: () => void,
  ) {}

  /** Starts what is due. Resolves with the time of the next one, undefined when nothing waits. */
  async pump(channel: Channel | undefined): Promise<number | undefined> {
    // A pause is for the receiver that caused it, and rows read before a switch may have been dropped by it.
    if (channel?.url !== this.#channel?.url) {
      this.#pausedUntil = 0;
      this.#waiting = [];
    }
    this.#channel = channel;
    if (channel === undefined) {
      this.#waiting = [];
      return undefined;
    }
    const now = this.parts.clock.now();
    if (this.#pausedUntil > now) return this.#pausedUntil;
    if (this.#waiting.length < MOST_IN_FLIGHT) await this.#refill(now);
    this.#start();
    return this.#nextDue(now);
  }

  async drained(): Promise<void> {
    this.#waiting = [];
    await Promise.all(this.#inFlight.values());
  }

  async #refill(now: number): Promise<void> {
    const known = new Set([...this.#inFlight.keys(), ...this.#waiting.map((row) => row.delivery_id)]);
    const due = await this.#pending()
      .selectAll()
      .where('next_attempt_at', '<=', now)
      .orderBy('next_attempt_at')
      .orderBy('chain_index')
      .limit(BATCH + known.size)
      .execute();
    this.#waiting.push(...due.filter((row) => !known.has(row.delivery_id)));
  }

  async #nextDue(now: number): Promise<number | undefined> {
    const row = await this.#pending()
      .select('next_attempt_at')
      .where('next_attempt_at', '>', now)
      .orderBy('next_attempt_at')
      .limit(1)
      .executeTakeFirst();
    return row?.next_attempt_at;
  }

  #pending() {
    return this.parts.store.read
      .selectFrom('deliveries')
      .where('tenant_id', '=', this.tenantId)
      .where('destination', '=', this.destination)
      .where('status', '=', 'pending');
  }

  #start(): void {
    while (this.#inFlight.size < MOST_IN_FLIGHT && !this.parts.stopping.aborted) {
      const row = this.#waiting.shift();
      const channel = this.#channel;
      if (row === undefined || channel === undefined) return;
      const sending = this.#deliver(row, channel).finally(() => {
        this.#inFlight.delete(row.delivery_id);
        this.#start();
        if (this.#waiting.length === 0) this.hungry();
      });
      this.#inFlight.set(row.delivery_id, sending);
    }
  }

  async #deliver(row: DeliveryRow, channel: Channel): Promise<void> {
    try {
      const change = await this.#attempt(row, channel);
      await this.parts.store.commit({
        tenantId: this.tenantId,
        evidence: [],
        statements: [updateDelivery(this.parts.store, row, change, true)],
      });
    } catch (error) {
      // An attempt cut short by the end of the server did not happen; the next start makes it.
      if (this.parts.stopping.aborted) return;
      if (error instanceof DeliveryFailure && error.code === 'interrupted') return;
      this.#pause(UNRECORDED_PAUSE_MS);
      this.parts.onFault(error);
    }
  }

  #pause(ms: number): void {
    this.#waiting = [];
    this.#pausedUntil = this.parts.clock.now() + Math.min(ms, LONGEST_PAUSE_MS);
  }

  async #attempt(row: DeliveryRow, channel: Channel): Promise<Partial<DeliveryRow>> {
    const { store, clock, allowPrivate, stopping } = this.parts;
    const event = await deliveredEvent(store, row, clock.now());
    if (event === undefined) {
      return {
        status: 'cancelled',
        last_error: row.destination === 'pam' ? 'the hold has ended' : 'the evidence is not there',
        updated_at: clock.now(),
      };
    }
    const outcome = await attemptDelivery({
      channel,
      event,
      deliveryId: row.delivery_id,
      number: row.attempts + 1,
      now: clock.now(),
      allowPrivate,
      signal: stopping,
    });
    if (!outcome.delivered && outcome.retryAfterMs !== undefined) this.#pause(outcome.retryAfterMs);
    return this.#result(row, outcome);
  }

  #result(row: DeliveryRow, outcome: Outcome): Partial<DeliveryRow> {
    const now = this.parts.clock.now();
    const attempts = row.attempts + 1;
    const told = { attempts, http_status: outcome.httpStatus, last_error: outcome.error, updated_at: now };
    if (outcome.delivered) return { ...told, status: 'delivered', delivered_at: now };
    const delay = outcome.gone ? undefined : retryDelay(attempts, outcome.retryAfterMs, this.parts.retry);
    if (delay === undefined) return { ...told, status: 'dead' };
    return { ...told, next_attempt_at: Math.ceil(now + delay) };
  }
}
