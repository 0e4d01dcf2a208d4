import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { answeredKey } from '../mcp/server-replies.js';
import { idKey } from '../mcp/client-message.js';
import { INTERNAL_ERROR } from '../mcp/error-codes.js';
import { rawAt, scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { errorReply, unkeptCallResult, unkeptReply } from '../mcp/replies.js';
import type { Outgoing } from './backend.js';
import { answerLost, type Asked } from './backend.js';
import { isListChange } from './gap-messages.js';
import { KeptEvents, type MessageTraits, type Question } from './kept-events.js';
import type { Reply } from './client-reply.js';
import { opensSession } from './envelope.js';
import { ServedProcess, type ProcessLaunch } from './served-process.js';
import type { ServerMessages } from './server-messages.js';
import { SessionStream, type StreamEvents } from './session-stream.js';

const UNREAD = 'the client was not connected to be asked';

interface OpenRequest {
  readonly asked: Asked;
  readonly stream: SessionStream;
  readonly reply: Reply;
  /** The reply that is kept where its answer no longer is. */
  readonly unkept: string | undefined;
  /** As its bytes. */
  readonly progressToken: string | undefined;
}

/** One session of the older protocol: a server of its own, and the streams of one client. */
export class StdioSession implements StreamEvents {
  readonly id = randomUUID();
  readonly #kept = new KeptEvents();
  readonly #open = new Map<string, OpenRequest>();
  /** What the server says on its own; kept until a client reads it. */
  readonly #general = new SessionStream('0', this.#kept, this);
  readonly #streams = new Map([[this.#general.name, this.#general]]);
  /** Keys of what the server has asked the client and was not told yet. */
  readonly #questions = new Set<string>();
  #process: ServedProcess | undefined;
  #serial = 0;
  #lastUse = Date.now();

  private constructor(
    private readonly messages: ServerMessages,
    private readonly onEnd: (session: StdioSession) => void,
  ) {}

  static async start(
    program: ProcessLaunch,
    messages: ServerMessages,
    onEnd: (session: StdioSession) => void,
  ): Promise<StdioSession> {
    const session = new StdioSession(messages, onEnd);
    session.#process = await ServedProcess.start(program, {
      onMessage: (message) => session.#said(message),
      onEnd: (why) => session.#ended(why),
    });
    return session;
  }

  /** Milliseconds since a client last used it; none while one reads or waits. */
  get idle(): number {
    return this.#open.size > 0 || this.#general.read ? 0 : Date.now() - this.#lastUse;
  }

  get backlogged(): boolean {
    return this.#process?.backlogged === true;
  }

  has(key: string): boolean {
    return this.#open.has(key);
  }

  send({ request, envelope, message, bytes, reply, asked }: Outgoing): void {
    this.#lastUse = Date.now();
    if (asked.key === undefined) {
      if (message.kind === 'cancelled') this.#forget(message.key);
      if (message.kind === 'other' && message.reply !== undefined) this.#questions.delete(message.reply.key);
      this.#process?.write(bytes);
      reply.status(202);
      return;
    }
    if (this.#open.has(asked.key)) {
      return answerLost('has another request of this id open', reply, asked, 'IdInUse');
    }
    this.#serial += 1;
    const stream = new SessionStream(String(this.#serial), this.#kept, this, reply);
    this.#streams.set(stream.name, stream);
    if (!opensSession(envelope)) stream.open({ 'mcp-session-id': this.id }, knowsPriming(request));
    const scanned = scanMessage(bytes);
    const progressToken = scanned && rawAt(bytes, scanned, 'params._meta.progressToken');
    this.#open.set(asked.key, { asked, stream, reply, unkept: unkeptAnswer(message), progressToken });
    this.#process?.write(bytes);
  }

  /** Opens the stream of what the server says on its own, or goes on with any stream. False when there is none such. */
  listen(reply: Reply, lastEventId: string | undefined): boolean {
    this.#lastUse = Date.now();
    const [, name = '', serial = ''] = /^(\d{1,15})\.(\d{1,15})$/.exec(lastEventId ?? '') ?? [];
    const stream = lastEventId === undefined ? this.#general : this.#streams.get(name);
    // Behind the name of an event that never was, everything would seem to have been seen.
    if (stream?.has(Number(serial)) !== true) return false;
    stream.resume(reply, lastEventId === undefined ? undefined : Number(serial));
    return true;
  }

  /** True while a client reads the stream of what the server says on its own. */
  get listening(): boolean {
    return this.#general.read;
  }

  async end(): Promise<void> {
    await this.#process?.end();
  }

  onOver(stream: SessionStream): void {
    this.#streams.delete(stream.name);
  }

  /** A server that asks must not wait for a client that will never read the question. */
  onForgotten({ key, id }: Question, seen: boolean): void {
    if (!this.#questions.delete(key) || seen) return;
    this.#process?.write(errorReply(id, INTERNAL_ERROR, UNREAD));
  }

  #said(message: Buffer): void {
    const { view, scanned } = this.messages.judge(message);
    if (scanned === undefined) return;
    const key = answeredKey(message, scanned);
    const answered = key === undefined ? undefined : this.#open.get(key);
    if (key !== undefined && answered !== undefined) {
      this.#open.delete(key);
      answered.asked.running?.answered(message, scanned);
      answered.stream.answer(view, answered.unkept, { 'mcp-session-id': this.id });
      return;
    }
    // A late answer to a request that was withdrawn is nobody's.
    if (key !== undefined) return;
    const traits = traitsOf(message, scanned);
    if (traits.question !== undefined) this.#questions.add(traits.question.key);
    this.#streamFor(rawAt(message, scanned, 'params.progressToken')).tell(view, traits);
  }

  /** On stdio nothing says which request a message belongs to, unless it is progress or only one is open. */
  #streamFor(token: string | undefined): SessionStream {
    const open = [...this.#open.values()];
    const named = token === undefined ? undefined : open.find(({ progressToken }) => progressToken === token);
    if (named !== undefined) return named.stream;
    const [only] = open;
    if (only !== undefined && only.reply.readsStreams && (open.length === 1 || !this.#general.read))
      return only.stream;
    return this.#general;
  }

  #forget(key: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    open.asked.running?.ended({ outcome: 'partial' });
    if (!open.reply.closed && !open.reply.streaming) open.reply.withdraw();
    open.stream.end();
  }

  #ended(why: string): void {
    for (const { asked, reply, stream } of this.#open.values()) {
      // The client may have come back on another connection.
      answerLost(why, stream.reply ?? reply, asked);
      stream.end();
    }
    this.#open.clear();
    this.#general.end();
    this.onEnd(this);
  }
}

function traitsOf(message: Buffer, scanned: ScannedMessage): MessageTraits {
  const id = rawAt(message, scanned, 'id');
  if (id !== undefined) return { question: { key: idKey(id), id } };
  const method: unknown = JSON.parse(rawAt(message, scanned, 'method') ?? 'null');
  return typeof method === 'string' && isListChange(method) ? { changed: method } : {};
}

/** What a client is told that comes back for an answer when that is no longer kept. */
function unkeptAnswer(message: Outgoing['message']): string | undefined {
  if (message.kind === 'tool-call') return unkeptCallResult(message);
  return message.kind === 'request' ? unkeptReply(message.id) : undefined;
}

/** Older clients take an event without a message for a broken one. */
function knowsPriming({ headers }: IncomingMessage): boolean {
  const version = headers['mcp-protocol-version'];
  return typeof version === 'string' && version >= '2025-11-25';
}
