import type { ResolvedConfig } from '../config/options.js';
import type { ThothLogger } from '../logger.js';
import { deliver, type DeliveryPort } from './deliver.js';
import type { BehavioralEvent } from './event.js';
import { appendToSpool, claimSpool, type SpoolClaim } from './spool.js';

export interface EventStats {
  readonly queued: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly retried: number;
}

/**
 * Bounded queue of events, delivered in batches behind the caller's back. `enqueue` is synchronous, never
 * throws and never waits; one batch is under way at a time. Source: SDK behaviour 8.3.
 */
export class EventQueue {
  #waiting: BehavioralEvent[] = [];
  #unmade: (() => BehavioralEvent)[] = [];
  #underWay: readonly BehavioralEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #due = false;
  #running = false;
  #closed = false;
  #inBurst = false;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  #idle: (() => void)[] = [];
  #claim: SpoolClaim | undefined;
  /** Events of the claim that have not settled; they are the first of the queue. */
  #claimed = 0;
  #delivered = 0;
  #dropped = 0;
  #retried = 0;
  readonly #port: DeliveryPort;
  readonly #logger: ThothLogger;
  readonly #options: ResolvedConfig['events'];

  constructor(port: Omit<DeliveryPort, 'maxAttempts' | 'onRetry'>, options: ResolvedConfig['events']) {
    this.#port = {
      ...port,
      maxAttempts: options.maxAttempts,
      onRetry: () => {
        this.#retried += 1;
      },
    };
    this.#logger = port.logger;
    this.#options = options;
    if (options.spoolFile !== undefined) {
      this.#claim = claimSpool(options.spoolFile);
      const left = this.#claim.events;
      this.#claimed = Math.min(left.length, options.queueLimit);
      for (const event of left.slice(0, options.queueLimit)) this.enqueue(event);
      // What the queue cannot hold waits for the next start.
      this.#drop(
        left.length - Math.min(left.length, options.queueLimit) - this.#spool(left.slice(options.queueLimit)),
      );
      this.#settle(0);
    }
  }

  enqueue(event: BehavioralEvent): void {
    if (this.#closed || this.#waiting.length + this.#underWay.length >= this.#options.queueLimit) {
      this.#drop(1);
      return;
    }
    this.#inBurst = false;
    this.#waiting.push(event);
    if (this.#waiting.length >= this.#options.batchSize) void this.#run();
    else this.#arm();
  }

  /** Enqueues an event that is put together once this turn's work is done, in the order of these calls. */
  enqueueLater(make: () => BehavioralEvent): void {
    if (this.#unmade.push(make) === 1) setImmediate(() => this.#makeAll());
  }

  /** Holds a flush back until work that will still enqueue an event is done. */
  track(work: Promise<unknown>): void {
    this.#pending.add(work);
    void work.finally(() => {
      this.#pending.delete(work);
      this.#signalIdle();
    });
  }

  stats(): EventStats {
    return {
      queued: this.#queued,
      delivered: this.#delivered,
      dropped: this.#dropped,
      retried: this.#retried,
    };
  }

  get flushTimeoutMs(): number {
    return this.#options.flushTimeoutMs;
  }

  get isIdle(): boolean {
    return this.#queued === 0 && this.#pending.size === 0;
  }

  get #queued(): number {
    return this.#unmade.length + this.#waiting.length + this.#underWay.length;
  }

  /** Sends everything queued; true when it arrived or was given up before the limit. */
  async flush(timeoutMs: number = this.#options.flushTimeoutMs): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!this.isIdle && performance.now() < deadline) {
      this.#makeAll();
      this.#due = true;
      void this.#run();
      await this.#untilIdle(deadline - performance.now());
    }
    return this.isIdle;
  }

  /** Flushes, then takes no more events. What could not be sent goes to the spool. Safe to call twice. */
  async close(timeoutMs?: number): Promise<void> {
    if (this.#closed) return;
    await this.flush(timeoutMs);
    this.#stop.abort();
    this.spoolRest();
  }

  /** Synchronous last resort while the process exits. */
  spoolRest(): void {
    this.#makeAll();
    const rest = [...this.#underWay, ...this.#waiting];
    this.#waiting = [];
    this.#underWay = [];
    clearTimeout(this.#timer);
    this.#closed = true;
    this.#drop(rest.length - this.#spool(rest));
    this.#settle(rest.length);
  }

  #makeAll(): void {
    for (const make of this.#unmade.splice(0)) {
      try {
        this.enqueue(make());
      } catch {
        // What a caller put into it cannot even be looked at.
        this.#drop(1);
      }
    }
  }

  #settle(count: number): void {
    this.#claimed -= count;
    if (this.#claimed > 0) return;
    this.#claim?.release();
    this.#claim = undefined;
  }

  #spool(events: readonly BehavioralEvent[]): number {
    const { spoolFile } = this.#options;
    if (spoolFile === undefined) return 0;
    const kept = appendToSpool(spoolFile, events);
    if (kept > 0) this.#logger.warn(`${kept} events are kept for the next run to send`);
    return kept;
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#dropped += count;
    if (!this.#inBurst) this.#logger.warn(`events are being dropped, ${this.#dropped} so far`);
    this.#inBurst = true;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#running) return;
    this.#timer = setTimeout(() => {
      this.#due = true;
      void this.#run();
    }, this.#options.lingerMs).unref();
  }

  async #run(): Promise<void> {
    if (this.#running || this.#closed) return;
    this.#running = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (!this.#closed && this.#hasBatch()) {
      const batch = this.#waiting.splice(0, this.#options.batchSize);
      if (this.#waiting.length === 0) this.#due = false;
      this.#underWay = batch;
      const outcome = await deliver(this.#port, batch, this.#stop.signal);
      // Closing meanwhile has already put the batch into the spool.
      if (this.#closed) break;
      this.#underWay = [];
      if (outcome === 'delivered') this.#delivered += batch.length;
      else this.#drop(outcome === 'undelivered' ? batch.length - this.#spool(batch) : batch.length);
      this.#settle(batch.length);
    }
    this.#running = false;
    if (this.#waiting.length > 0) this.#arm();
    this.#signalIdle();
  }

  #hasBatch(): boolean {
    return this.#waiting.length >= this.#options.batchSize || (this.#due && this.#waiting.length > 0);
  }

  #signalIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
  }

  #untilIdle(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      // Keeps the process alive for the flush, which its unreferenced sockets do not.
      const timer = setTimeout(resolve, Math.max(1, timeoutMs));
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
