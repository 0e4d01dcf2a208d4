import type { IncomingHttpHeaders } from 'node:http';
import { scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { answeredKey } from '../mcp/server-replies.js';
import { toolsOf } from '../mcp/tool-list.js';
import { envelopeOf, isModern, opensSession, type Envelope } from './envelope.js';
import { encodeFieldValue } from './field-value.js';
import { parameterHeaders, ParameterMarks } from './parameter-marks.js';
import { readEvents } from './read-events.js';
import { discard, isStream, type Upstream, type UpstreamResponse } from './upstream.js';
import { wholeBody } from './whole-body.js';
import { sessionOf } from './sessions.js';

const ACCEPT = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const OPENING_MS = 30_000;
const ENDING_MS = 2000;

/** What HTTP says around the messages of one client: the session, the revision agreed on, and what headers repeat. */
export class RemoteSession {
  readonly #marks = new ParameterMarks();
  #id: string | undefined;
  #version: string | undefined;
  /** The client's `initialize`, to open a session anew with. */
  #opening: Buffer | undefined;
  #reopening: Promise<boolean> | undefined;

  constructor(
    private readonly upstream: Upstream,
    /** Told when the server has taken the place of a session it forgot with a new one. */
    private readonly onReopened: () => void,
  ) {}

  /**
   * Sends one message. A client on stdio knows of no session, so one that the server forgot is opened anew on its behalf:
   * the server answers 404 before it looks at the message, which is then sent again.
   */
  async post(message: Buffer, envelope: Envelope, signal: AbortSignal): Promise<UpstreamResponse> {
    const used = this.#id;
    const response = await this.#post(message, envelope, signal);
    if (opensSession(envelope)) {
      this.#opening = message;
      this.#id = sessionOf(response);
      return response;
    }
    if (response.status !== 404 || used === undefined || isModern(envelope.version)) return response;
    discard(response.body);
    if (this.#id === used) {
      this.#reopening ??= this.#reopen().finally(() => (this.#reopening = undefined));
      if (!(await this.#reopening)) return response;
    }
    return this.#post(message, envelope, signal);
  }

  /** Opens a stream of the session, or goes on with one. Undefined when the server cannot be reached. */
  get(signal: AbortSignal, lastEventId?: string): Promise<UpstreamResponse | undefined> {
    const headers = {
      ...this.#headers(),
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    return this.upstream.send('GET', headers, signal).catch(() => undefined);
  }

  /** Learns what later headers repeat from the answer to a request with this method. */
  learn(message: Buffer, scanned: ScannedMessage, method: string | undefined): void {
    if (method === 'initialize') {
      const agreed = scanned.spans.get('result.protocolVersion');
      if (agreed !== undefined) {
        this.#version = message.toString('latin1', agreed.start + 1, agreed.end - 1);
      }
    }
    const tools = method === 'tools/list' ? toolsOf(message, scanned) : undefined;
    if (tools !== undefined) this.#marks.learn(tools);
  }

  async end(): Promise<void> {
    if (this.#id === undefined) return;
    const signal = AbortSignal.timeout(ENDING_MS);
    const response = await this.upstream.send('DELETE', this.#headers(), signal).catch(() => undefined);
    if (response !== undefined) discard(response.body);
    this.#id = undefined;
  }

  #post(message: Buffer, envelope: Envelope, signal: AbortSignal): Promise<UpstreamResponse> {
    return this.upstream.send('POST', this.#headers(envelope), signal, message);
  }

  async #reopen(): Promise<boolean> {
    const opening = this.#opening;
    if (opening === undefined) return false;
    const signal = AbortSignal.timeout(OPENING_MS);
    this.#id = undefined;
    try {
      const response = await this.#post(opening, envelopeOf(opening), signal);
      const id = sessionOf(response);
      const answer = await replyIn(response);
      const scanned = answer && scanMessage(answer);
      if (answer === undefined || scanned?.spans.has('result') !== true) return false;
      this.#id = id;
      this.learn(answer, scanned, 'initialize');
      const started = await this.#post(INITIALIZED, envelopeOf(INITIALIZED), signal);
      discard(started.body);
      this.onReopened();
      return true;
    } catch {
      return false;
    }
  }

  #headers(envelope?: Envelope): IncomingHttpHeaders {
    const { version = this.#version, method, name, args } = envelope ?? {};
    const modern = isModern(version);
    const opens = envelope !== undefined && opensSession(envelope);
    const marks = method === 'tools/call' ? (this.#marks.of(name ?? '') ?? []) : [];
    return {
      ...ACCEPT,
      ...(version !== undefined && !opens && { 'mcp-protocol-version': version }),
      ...(this.#id !== undefined && !modern && !opens && { 'mcp-session-id': this.#id }),
      ...(modern && method !== undefined && { 'mcp-method': method }),
      ...(modern && name !== undefined && { 'mcp-name': encodeFieldValue(name) }),
      ...(modern && parameterHeaders(args, marks)),
    };
  }
}

const INITIALIZED = Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}');

/** The first reply that a response holds, whether a body or a stream. */
async function replyIn(response: UpstreamResponse): Promise<Buffer | undefined> {
  if (!isStream(response)) return wholeBody(response.body);
  let reply: Buffer | undefined;
  await readEvents(response.body, ({ data = Buffer.alloc(0) }) => {
    const scanned = reply === undefined ? scanMessage(data) : undefined;
    if (scanned === undefined || answeredKey(data, scanned) === undefined) return Promise.resolve();
    reply = data;
    discard(response.body);
    return Promise.resolve();
  });
  return reply;
}
