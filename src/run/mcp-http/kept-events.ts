/** What one session keeps of events that a client may ask for again. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** What an event takes beside its message: many small ones count too. */
const EVENT_BYTES = 256;

export interface KeptEvent {
  readonly stream: EventKeeper;
  /** Its place in its stream, counted from 1. */
  readonly serial: number;
  readonly message: Buffer;
  readonly traits: MessageTraits;
}

/** What is known of a message beside its bytes. */
export interface MessageTraits {
  /** Its method, when it says that a list has changed. */
  readonly changed?: string | undefined;
  /** The request that it is, by key and as the bytes of its id. */
  readonly question?: Question | undefined;
  /** What is kept in its place once it is too old: an answer is never just gone. */
  readonly substitute?: string | undefined;
}

export interface Question {
  readonly key: string;
  readonly id: string;
}

/** Told of its oldest event when that is no longer kept; may give another in its place. */
interface EventKeeper {
  forget(event: KeptEvent): KeptEvent | undefined;
}

/** The newest events of a session, for clients that lost a stream. */
export class KeptEvents {
  #events: KeptEvent[] = [];
  #bytes = 0;

  keep(event: KeptEvent): void {
    this.#add(event);
    while (this.#bytes > MAX_KEPT_BYTES) {
      const oldest = this.#events.shift();
      if (oldest === undefined) return;
      this.#bytes -= sizeOf(oldest);
      const other = oldest.stream.forget(oldest);
      if (other !== undefined) this.#add(other);
    }
  }

  #add(event: KeptEvent): void {
    this.#events.push(event);
    this.#bytes += sizeOf(event);
  }
}

function sizeOf({ message, traits }: KeptEvent): number {
  return message.length + (traits.substitute?.length ?? 0) + EVENT_BYTES;
}
