import type { Reply } from './client-reply.js';
import { primingEvent } from './event-stream.js';

/** What one session keeps of events that a client may ask for again. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** What a client that lost a stream is asked to wait before it comes back. */
const RETRY_MS = 1000;

interface KeptEvent {
  readonly stream: SessionStream;
  readonly serial: number;
  readonly message: Buffer;
}

/** The newest events of a session, for clients that lost a stream. */
export class KeptEvents {
  #events: KeptEvent[] = [];
  #bytes = 0;

  keep(event: KeptEvent): void {
    this.#events.push(event);
    this.#bytes += event.message.length;
    while (this.#bytes > MAX_KEPT_BYTES) this.#bytes -= this.#events.shift()?.message.length ?? this.#bytes;
  }

  after(stream: SessionStream, serial: number): readonly KeptEvent[] {
    return this.#events.filter((event) => event.stream === stream && event.serial > serial);
  }
}

/**
 * What the server has to say in answer to one request, or on its own. It outlives the connection that carries it: a client
 * that lost it goes on from the last event it saw.
 */
export class SessionStream {
  #serial = 0;
  /** Serial of the last event that went out on a connection. */
  #sent = 0;
  #reply: Reply | undefined;
  #done = false;

  constructor(
    readonly name: string,
    private readonly kept: KeptEvents,
    reply?: Reply,
  ) {
    if (reply !== undefined) this.#carriedBy(reply);
  }

  /** A client reads it at this moment. */
  get read(): boolean {
    return this.#reply !== undefined;
  }

  get done(): boolean {
    return this.#done;
  }

  /**
   * Lets the client know at once that its request has arrived, before it gives up waiting for an answer. A primed stream
   * also has a name from then on, under which a client that loses the connection asks for the rest.
   */
  open(headers: Readonly<Record<string, string>>, primed: boolean): void {
    if (this.#reply?.readsStreams !== true) return;
    this.#reply.openStream(headers);
    if (primed) void this.#reply.write(primingEvent(`${this.name}.${this.#serial}`, RETRY_MS));
  }

  tell(message: Buffer | string): void {
    const event = this.#keep(message);
    // A client that does not read loses the connection, not the events.
    if (this.#reply?.backlogged === true) this.#reply.breakOff();
    else this.#send(event);
  }

  answer(message: Buffer | string, headers: Readonly<Record<string, string>> = {}): void {
    this.#done = true;
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply?.streaming === false) reply.answer(message, 200, headers);
    else {
      const event = this.#keep(message);
      reply?.tell(message, idOf(event));
      reply?.end();
    }
  }

  /** Goes on after the event that the client names, else after the last that went out. */
  resume(reply: Reply, serial = this.#sent): void {
    reply.openStream();
    this.#carriedBy(reply);
    for (const event of this.kept.after(this, serial)) this.#send(event);
    if (this.#done) this.end();
  }

  end(): void {
    this.#done = true;
    this.#reply?.end();
    this.#reply = undefined;
  }

  /** The latest connection carries it. */
  #carriedBy(reply: Reply): void {
    this.#reply?.end();
    this.#reply = reply;
    reply.onGone(() => {
      if (this.#reply === reply) this.#reply = undefined;
    });
  }

  #send(event: KeptEvent): void {
    if (this.#reply === undefined) return;
    this.#reply.tell(event.message, idOf(event));
    this.#sent = event.serial;
  }

  #keep(message: Buffer | string): KeptEvent {
    this.#serial += 1;
    const bytes = typeof message === 'string' ? Buffer.from(message) : message;
    const event = { stream: this, serial: this.#serial, message: bytes };
    this.kept.keep(event);
    return event;
  }
}

function idOf({ stream, serial }: KeptEvent): string {
  return `${stream.name}.${serial}`;
}
