/** Calls that may wait for a decision before the client is no longer read. Held calls do not count. */
const MAX_DECIDING = 256;
const MAX_DECIDING_BYTES = 64 * 1024 * 1024;
/** Beyond these, a call that would have to wait for an approver is refused. */
const MAX_HELD = 1024;
const MAX_HELD_BYTES = 256 * 1024 * 1024;

/** A call on its way to a decision. */
export class Deciding {
  readonly #abort = new AbortController();
  readonly #since = performance.now();
  held = false;
  cancelled = false;

  constructor(readonly bytes: number) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Milliseconds since the request came. */
  get age(): number {
    return performance.now() - this.#since;
  }

  /** The client withdrew the call: it gets no answer and never reaches the server. */
  cancel(): void {
    this.cancelled = true;
    this.void();
  }

  /** Ends the wait; the call is refused. */
  void(): void {
    this.#abort.abort();
  }
}

/** The calls under decision, by the id of their request, and what they keep in memory. */
export class DecidingCalls {
  readonly #calls = new Map<string, Deciding>();
  #bytes = 0;
  #held = 0;
  #heldBytes = 0;
  #settled: (() => void)[] = [];
  #ending = false;

  /** `onRoom` is told whenever a call stops to count. */
  constructor(private readonly onRoom: () => void) {}

  get full(): boolean {
    return this.#calls.size - this.#held >= MAX_DECIDING || this.#bytes >= MAX_DECIDING_BYTES;
  }

  get(key: string): Deciding | undefined {
    return this.#calls.get(key);
  }

  add(key: string, call: Deciding): void {
    this.#calls.set(key, call);
    this.#bytes += call.bytes;
  }

  /** The request of a call was answered; the call goes on under another key. */
  move(from: string, to: string): void {
    const call = this.#calls.get(from);
    if (call === undefined) return;
    this.#calls.delete(from);
    this.#calls.set(to, call);
  }

  hold(call: Deciding): void {
    if (call.held) return;
    call.held = true;
    this.#held += 1;
    this.#bytes -= call.bytes;
    this.#heldBytes += call.bytes;
    if (this.#ending || this.#held > MAX_HELD || this.#heldBytes > MAX_HELD_BYTES) call.void();
    this.onRoom();
  }

  remove(key: string, call: Deciding): void {
    this.#calls.delete(key);
    if (call.held) {
      this.#held -= 1;
      this.#heldBytes -= call.bytes;
    } else this.#bytes -= call.bytes;
    for (const wake of this.#settled.splice(0)) wake();
    this.onRoom();
  }

  /** Nobody would read the answer to a held call any more; one that becomes held from now on is voided as well. */
  voidHeld(): void {
    this.#ending = true;
    for (const call of this.#calls.values()) if (call.held) call.void();
  }

  voidAll(): void {
    for (const call of this.#calls.values()) call.void();
  }

  /** Settles when there is none any more. */
  async quiet(): Promise<void> {
    while (this.#calls.size > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }
}
