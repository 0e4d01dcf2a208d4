import { setTimeout as sleep } from 'node:timers/promises';
import { classifyClientMessage } from '../mcp/client-message.js';
import { scanMessage } from '../mcp/json-scan.js';
import { oneLine } from '../mcp/one-line.js';
import { lostCallResult, lostRequestReply, turnedAwayReply, turnedAwayResult } from '../mcp/replies.js';
import { answeredKey } from '../mcp/server-replies.js';
import { withValues } from '../mcp/members.js';
import type { ServerSide } from '../mcp-stdio/gateway.js';
import { envelopeOf, isModern, opensSession, type Envelope } from './envelope.js';
import { readEvents } from './read-events.js';
import { RemoteSession } from './remote-session.js';
import { discard, isEncoded, isStream, type Upstream, type UpstreamResponse } from './upstream.js';
import { wholeBody } from './whole-body.js';

/** Messages that may be open or wait their turn before the client is no longer read, and their bytes. */
const MAX_OPEN = 256;
const MAX_BYTES = 256 * 1024 * 1024;
/** How often a broken stream is opened again without getting on before it is given up. */
const MAX_RESUMPTIONS = 5;
const RESUME_AFTER_MS = 1000;
/** What a server may ask us to wait, at least and at most. */
const [MIN_PAUSE_MS, MAX_PAUSE_MS] = [100, 300_000];
/** What a message without an answer may take until the server has it. */
const DELIVERY_MS = 30_000;
/** What open requests get to end once the client has closed its side. */
const DRAIN_MS = 30_000;

/** How messages reach the client on stdio. */
export interface ClientSide {
  write(line: Buffer): void;
  /** Settles when the client reads again. */
  room(): Promise<void>;
}

/** A request of the client that the server has not answered. */
interface OpenRequest {
  readonly id: string;
  readonly key: string;
  readonly method: string | undefined;
  readonly modern: boolean;
  readonly abort: AbortController;
  readonly closed: Promise<void>;
  readonly close: () => void;
  /** The reply when none comes, in the words of why. */
  readonly lost: (why: string) => string;
  /** The reply when the server did not take the request. */
  readonly turnedAway: (status: number) => string;
}

/** A remote server for a client on stdio: one exchange for each message, in order, and the session between them. */
export class RemotePeer implements ServerSide {
  readonly #session: RemoteSession;
  readonly #open = new Map<string, OpenRequest>();
  readonly #closing = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  /** Messages without an answer that the server has not taken yet. */
  #telling = 0;
  #bytes = 0;

  constructor(
    private readonly upstream: Upstream,
    private readonly client: ClientSide,
    private readonly onRoom: () => void,
    /** Told when the client's side has ended and everything open with it. */
    private readonly onEnd: () => void,
  ) {
    this.#session = new RemoteSession(upstream, () => void this.#listen());
  }

  get full(): boolean {
    return this.#open.size + this.#telling >= MAX_OPEN || this.#bytes >= MAX_BYTES;
  }

  together(work: () => void): void {
    work();
  }

  /** Sends one message. Those without an answer arrive before the next is sent, as they would on a pipe. */
  write(line: Buffer | string): void {
    const whole = typeof line === 'string' ? Buffer.from(line) : line;
    const message = classifyClientMessage(whole);
    if (message.kind === 'refused') return;
    const bytes = whole.at(-1) === 0x0a ? whole.subarray(0, -1) : whole;
    const envelope = envelopeOf(bytes);
    if (message.kind === 'tool-call' || message.kind === 'request') {
      const open = this.#expect(message, envelope);
      this.#bytes += bytes.length;
      void open.closed.then(() => {
        this.#bytes -= bytes.length;
        this.onRoom();
      });
      this.#turn = this.#turn.then(async () => {
        const done = this.#ask(bytes, envelope, open);
        // What follows belongs to the session that this opens.
        if (opensSession(envelope)) await Promise.race([done, open.closed]);
      });
      return;
    }
    const withdrawn = message.kind === 'cancelled' ? this.#open.get(message.key) : undefined;
    if (withdrawn !== undefined) this.#close(withdrawn);
    // In the newer protocol closing the response is the cancellation.
    if (withdrawn?.modern === true) return withdrawn.abort.abort();
    this.#telling += 1;
    this.#bytes += bytes.length;
    this.#turn = this.#turn.then(async () => {
      await this.#tell(bytes, envelope);
      withdrawn?.abort.abort();
      this.#telling -= 1;
      this.#bytes -= bytes.length;
      this.onRoom();
    });
  }

  /** The client is gone: what is open may end, then the session does. */
  end(): void {
    void this.#drain().then(() => this.onEnd());
  }

  /** Leaves everything that is open, and ends the session. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { abort } of this.#open.values()) abort.abort();
    await this.#session.end();
  }

  async #drain(): Promise<void> {
    await this.#turn;
    // A subscription ends with its reader only.
    const ending = [...this.#open.values()].filter(({ method }) => method !== 'subscriptions/listen');
    const waited = new AbortController();
    await Promise.race([
      Promise.all(ending.map(({ closed }) => closed)),
      sleep(DRAIN_MS, undefined, { signal: waited.signal }).catch(() => undefined),
    ]);
    waited.abort();
  }

  #expect({ id, key }: { readonly id: string; readonly key: string }, envelope: Envelope): OpenRequest {
    const { method, name = '' } = envelope;
    const modern = isModern(envelope.version);
    const call = method === 'tools/call' ? { id, name, modern } : undefined;
    let close = (): void => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    const open: OpenRequest = {
      id,
      key,
      method,
      modern,
      abort: new AbortController(),
      closed,
      close,
      lost: (why) => (call === undefined ? lostRequestReply(id, why) : lostCallResult(call, why)),
      turnedAway: (status) =>
        call === undefined ? turnedAwayReply(id, status) : turnedAwayResult(call, status),
    };
    this.#open.set(key, open);
    return open;
  }

  /** Sends a request and sees to its one answer. */
  async #ask(bytes: Buffer, envelope: Envelope, open: OpenRequest): Promise<void> {
    let reply: string;
    try {
      const response = await this.#session.post(bytes, envelope, open.abort.signal);
      reply = isStream(response)
        ? open.lost(await this.#takeStream(response, open.abort.signal, open))
        : await this.#takeBody(response, open);
    } catch (error) {
      reply = open.lost(this.upstream.unreached(error));
    }
    if (this.#close(open) && !open.abort.signal.aborted) this.client.write(Buffer.from(`${reply}\n`));
  }

  /** Sends a message that is not answered. */
  async #tell(bytes: Buffer, envelope: Envelope): Promise<void> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(DELIVERY_MS)]);
    try {
      const { status, body } = await this.#session.post(bytes, envelope, signal);
      discard(body);
      if (envelope.method === 'notifications/initialized' && status < 300) void this.#listen();
    } catch {
      // As on a pipe whose reader is gone: the requests that are open say so.
    }
  }

  /** Passes on the answer in a body; returns what to say when there is none. */
  async #takeBody(response: UpstreamResponse, open: OpenRequest): Promise<string> {
    const { status, body } = response;
    if (isEncoded(response)) {
      discard(body);
      return open.lost('encoded its answer, which cannot be judged then');
    }
    const message = await wholeBody(body);
    const scanned = message && scanMessage(message);
    if (message === undefined || scanned?.spans.has('jsonrpc') !== true) {
      return status < 300 ? open.lost('ended its answer too early') : open.turnedAway(status);
    }
    const id = scanned.spans.get('id');
    const nobodys = id === undefined || message.toString('latin1', id.start, id.end) === 'null';
    if (!nobodys || !scanned.spans.has('error')) this.#message(message);
    // The server did not read the request far enough to know its id; we do.
    else if (id !== undefined) this.#message(withValues(message, scanned, { id: open.id }));
    return status < 300 ? open.lost('ended its answer too early') : open.turnedAway(status);
  }

  /**
   * Reads a stream, and goes on with it from its last event when it breaks, as long as that gets on. Says why it ended.
   * Without a request it is the one the server speaks on by itself, which is opened again also where no event was named.
   */
  async #takeStream(first: UpstreamResponse, signal: AbortSignal, open?: OpenRequest): Promise<string> {
    let response: UpstreamResponse | undefined = first;
    let lastId: string | undefined;
    let pause = RESUME_AFTER_MS;
    for (let tries = 0; tries < MAX_RESUMPTIONS; tries += 1) {
      if (response !== undefined && isStream(response)) {
        if (open === undefined) tries = 0;
        await readEvents(response.body, async ({ data, id, retry }) => {
          tries = 0;
          lastId = id ?? lastId;
          pause = retry ?? pause;
          if (data !== undefined && data.length > 0) this.#message(data);
          await this.client.room();
        });
      } else if (response !== undefined) discard(response.body);
      if (signal.aborted || (open !== undefined && !this.#isOpen(open))) break;
      if (open !== undefined && (lastId === undefined || open.modern)) break;
      const wait = Math.min(Math.max(pause, MIN_PAUSE_MS), MAX_PAUSE_MS);
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      response = signal.aborted ? undefined : await this.#session.get(signal, lastId);
    }
    return 'ended its answer too early';
  }

  /** Reads what the server says on its own, for as long as it lets us. */
  async #listen(): Promise<void> {
    const { signal } = this.#closing;
    const response = await this.#session.get(signal);
    if (response === undefined) return;
    if (isStream(response)) await this.#takeStream(response, signal);
    else discard(response.body);
  }

  /** Gives the client one message of the server. What is no JSON object is no message. */
  #message(message: Buffer): void {
    const scanned = scanMessage(message);
    if (scanned === undefined) return;
    const key = answeredKey(message, scanned);
    const open = key === undefined ? undefined : this.#open.get(key);
    this.#session.learn(message, scanned, open?.method);
    if (open !== undefined) this.#close(open);
    this.client.write(oneLine(message));
  }

  #isOpen({ key, abort }: OpenRequest): boolean {
    return this.#open.get(key)?.abort === abort;
  }

  /** False when it was closed before. */
  #close(open: OpenRequest): boolean {
    if (!this.#isOpen(open)) return false;
    this.#open.delete(open.key);
    open.close();
    this.onRoom();
    return true;
  }
}
