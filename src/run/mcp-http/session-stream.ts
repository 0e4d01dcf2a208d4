import type { Reply } from './client-reply.js';
import { primingEvent } from './event-stream.js';
import { gapNotice, listChange } from './gap-messages.js';
import type { KeptEvent, KeptEvents, MessageTraits, Question } from './kept-events.js';

/** What a client that lost a stream is asked to wait before it comes back. */
const RETRY_MS = 1000;

/** What a stream tells the session it belongs to. */
export interface StreamEvents {
  /** Nothing is left that a client could ask for. */
  onOver(stream: SessionStream): void;
  /** A request of the server is no longer kept; `seen` when it went out to a client that still reads. */
  onForgotten(question: Question, seen: boolean): void;
}

/**
 * What the server has to say in answer to one request, or on its own. It outlives the connection that carries it: a client
 * that lost it goes on from the last event it saw.
 */
export class SessionStream {
  #serial = 0;
  /** Serial of the last event that went out on a connection. */
  #sent = 0;
  /** Serial of the last event that is no longer kept. */
  #forgotten = 0;
  /** Methods by which lists were said to have changed in events that are no longer kept, and the serial of the last. */
  readonly #changes = new Map<string, number>();
  #events: KeptEvent[] = [];
  #reply: Reply | undefined;
  #done = false;

  constructor(
    readonly name: string,
    private readonly kept: KeptEvents,
    private readonly on: StreamEvents,
    reply?: Reply,
  ) {
    if (reply !== undefined) this.#carriedBy(reply);
  }

  /** A client reads it at this moment. */
  get read(): boolean {
    return this.#reply !== undefined;
  }

  /** The connection that carries it. */
  get reply(): Reply | undefined {
    return this.#reply;
  }

  /** An event of this serial was made, or the stream had a name before the first. */
  has(serial: number): boolean {
    return serial <= this.#serial;
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

  tell(message: Buffer | string, traits: MessageTraits = {}): void {
    const event = this.#keep(message, traits);
    // A client that does not read loses the connection, not the events.
    if (this.#reply?.backlogged === true) this.#reply.breakOff();
    else this.#send(event);
  }

  /** Gives the answer. The substitute is kept in its place once it is too old. */
  answer(
    message: Buffer | string,
    substitute: string | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    this.#done = true;
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply?.streaming === false) reply.answer(message, 200, headers);
    else {
      const event = this.#keep(message, { substitute });
      reply?.tell(message, this.#idOf(event));
      reply?.end();
    }
    this.#look();
  }

  /** Goes on after the event that the client names, else after the last that went out. */
  resume(reply: Reply, serial = this.#sent): void {
    reply.openStream();
    this.#carriedBy(reply);
    this.#tellGap(reply, serial);
    for (const event of this.#events) if (event.serial > serial) this.#send(event);
    if (this.#done) this.end();
  }

  end(): void {
    this.#done = true;
    this.#reply?.end();
    this.#reply = undefined;
    this.#look();
  }

  /** Takes notice that its oldest event is too old; gives what is kept in its place. */
  forget(event: KeptEvent): KeptEvent | undefined {
    const { serial, message, traits } = event;
    this.#events.shift();
    if (traits.substitute !== undefined) {
      const short = Buffer.from(traits.substitute);
      const kept = { ...event, message: short.length < message.length ? short : message, traits: {} };
      // An answer is the last that a stream says.
      this.#events.push(kept);
      return kept;
    }
    this.#forgotten = serial;
    if (traits.changed !== undefined) this.#changes.set(traits.changed, serial);
    if (traits.question !== undefined)
      this.on.onForgotten(traits.question, this.read && serial <= this.#sent);
    this.#look();
    return undefined;
  }

  #look(): void {
    if (this.#done && this.#events.length === 0) this.on.onOver(this);
  }

  /** Tells what can be told of events that are no longer kept. The last of it has the name of the last of them. */
  #tellGap(reply: Reply, serial: number): void {
    const missing = this.#forgotten - serial;
    if (missing <= 0) return;
    for (const [method, last] of this.#changes) if (last > serial) reply.tell(listChange(method));
    reply.tell(gapNotice(missing), `${this.name}.${this.#forgotten}`);
    this.#sent = Math.max(this.#sent, this.#forgotten);
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
    this.#reply.tell(event.message, this.#idOf(event));
    this.#sent = event.serial;
  }

  #idOf({ serial }: KeptEvent): string {
    return `${this.name}.${serial}`;
  }

  #keep(message: Buffer | string, traits: MessageTraits): KeptEvent {
    this.#serial += 1;
    const bytes = typeof message === 'string' ? Buffer.from(message) : message;
    const event = { stream: this, serial: this.#serial, message: bytes, traits };
    this.#events.push(event);
    this.kept.keep(event);
    return event;
  }
}
