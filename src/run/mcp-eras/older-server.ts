import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { idKey } from '../mcp/client-message.js';
import { rawAt, scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { cancelledCall, errorReply } from '../mcp/replies.js';
import {
  CAPABILITIES_KEY,
  CLIENT_KEY,
  FIRST_MODERN,
  LEGACY_VERSIONS,
  LOG_LEVEL_KEY,
  NEWEST_LEGACY,
  SERVER_KEY,
  unsupportedRevision,
  VERSION_KEY,
} from '../mcp/revisions.js';
import { answeredKey } from '../mcp/server-replies.js';
import { Listeners } from './listeners.js';
import { withoutMeta, withResult, withValues } from '../mcp/members.js';
import { answerIn, ParkedRequests } from './parked-requests.js';
import type { Sides, Translation } from './translation.js';
import { INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND } from '../mcp/error-codes.js';
import { ASKS_BACK, offeredInBoth } from './both-eras.js';
import { NEEDS } from './input-round.js';

/** What a request says of its client, which the session has said already. */
const OF_NEWER = [VERSION_KEY, CAPABILITIES_KEY, CLIENT_KEY, LOG_LEVEL_KEY];
/** Results that say how long they may be kept. */
const KEPT = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read'];

/** A request of the client that the server works on. */
interface OpenRequest {
  readonly method: string;
  /** Id that the server knows it by. */
  readonly served: string;
  /** Id that the client waits under; undefined while it was told to come back. */
  waiting: string | undefined;
  readonly logs: boolean;
  /** The answer, when it came while nobody waited for it. */
  answer?: Buffer;
}

/**
 * A client of the newer protocol before a server of the older one. The session with the server is opened and kept here;
 * what the server asks the client becomes a result that has it come back with the answer.
 */
export class OlderServer implements Translation {
  readonly #prefix = `thoth-${randomUUID()}-`;
  /** What waits until the session is open. */
  #waiting: Buffer[] | undefined = [];
  #opened: string | undefined;
  /** Why there is no session, as the bytes of the server's error. */
  #refused: string | undefined;
  #session: JsonObject = {};
  readonly #open = new Map<string, OpenRequest>();
  readonly #parked = new ParkedRequests<OpenRequest>();
  readonly #listeners = new Listeners();
  #subscribed: ReadonlySet<string> = new Set();
  #logLevel: unknown;
  #serial = 0;

  constructor(private readonly sides: Sides) {}

  fromClient(line: Buffer): void {
    const scanned = scanMessage(line);
    const message: unknown = scanned && JSON.parse(line.toString('utf8'));
    if (scanned === undefined || !isJsonObject(message)) return;
    const { method } = message;
    const params = isJsonObject(message['params']) ? message['params'] : {};
    const id = rawAt(line, scanned, 'id');
    if (typeof method !== 'string') return;
    if (id === undefined) return this.#noted(method, line, scanned);
    const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
    const version = meta[VERSION_KEY];
    if (version === undefined) {
      return this.#fail(id, INVALID_PARAMS, 'the message does not name its protocol version');
    }
    if (version !== FIRST_MODERN) {
      return this.sides.toClient(`${unsupportedRevision(id, String(version), [FIRST_MODERN])}\n`);
    }
    if (this.#refused !== undefined) return this.#reply(id, `"error":${this.#refused}`);
    if (this.#waiting !== undefined) {
      this.#waiting.push(line);
      if (this.#opened === undefined) this.#begin(meta);
      return;
    }
    this.#requested({ method, id, params, meta }, line, scanned);
  }

  fromServer(line: Buffer, scanned: ScannedMessage): void {
    const key = answeredKey(line, scanned);
    if (key !== undefined) return this.#answered(key, line, scanned);
    const method: unknown = JSON.parse(rawAt(line, scanned, 'method') ?? 'null');
    const id = rawAt(line, scanned, 'id');
    if (typeof method !== 'string') return;
    if (id !== undefined) return this.#asked(id, method, line, scanned);
    const copies = this.#listeners.copies(method, line, scanned);
    if (copies !== undefined) for (const copy of copies) this.sides.toClient(copy);
    else if (method === 'notifications/progress') this.sides.toClient(line);
    else if (method === 'notifications/message' && [...this.#open.values()].some(({ logs }) => logs)) {
      this.sides.toClient(line);
    }
  }

  #begin(meta: JsonObject): void {
    const capabilities = meta[CAPABILITIES_KEY];
    const { extensions: _newer, ...declared } = isJsonObject(capabilities) ? capabilities : {};
    const info = meta[CLIENT_KEY];
    this.#opened = this.#ask('initialize', {
      protocolVersion: NEWEST_LEGACY,
      capabilities: declared,
      clientInfo: isJsonObject(info) ? info : { name: 'unknown', version: '0' },
    });
  }

  #began(line: Buffer, scanned: ScannedMessage): void {
    const result: unknown = JSON.parse(rawAt(line, scanned, 'result') ?? 'null');
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    if (isJsonObject(result) && LEGACY_VERSIONS.some((known) => known === result['protocolVersion'])) {
      this.#session = result;
      this.sides.toServer('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    } else {
      const text = 'the MCP server speaks no revision that can be bridged';
      this.#refused =
        rawAt(line, scanned, 'error') ?? JSON.stringify({ code: INTERNAL_ERROR, message: text });
    }
    for (const each of waiting) this.fromClient(each);
  }

  #requested(
    request: { method: string; id: string; params: JsonObject; meta: JsonObject },
    line: Buffer,
    scanned: ScannedMessage,
  ): void {
    const { method, id, params, meta } = request;
    switch (method) {
      case 'server/discover':
        return this.#reply(id, `"result":${JSON.stringify(this.#discovered())}`);
      case 'subscriptions/listen':
        this.sides.toClient(`${this.#listeners.open(id, params)}\n`);
        return this.#subscribe();
      default:
    }
    if (params['requestState'] !== undefined && ASKS_BACK.includes(method)) {
      return this.#cameBack(id, method, params, answerIn(line, scanned));
    }
    const level = meta[LOG_LEVEL_KEY];
    if (level !== undefined && level !== this.#logLevel && isJsonObject(this.#offered()['logging'])) {
      this.#logLevel = level;
      this.#ask('logging/setLevel', { level });
    }
    this.#open.set(idKey(id), { method, served: id, waiting: id, logs: level !== undefined });
    // A server of both kinds would take it for a request without a session.
    this.sides.toServer(withoutMeta(line, OF_NEWER));
  }

  #noted(method: string, line: Buffer, scanned: ScannedMessage): void {
    const raw = rawAt(line, scanned, 'params.requestId');
    if (method !== 'notifications/cancelled' || raw === undefined) return;
    const key = idKey(raw);
    if (this.#listeners.has(key)) {
      this.#listeners.close(key);
      return this.#subscribe();
    }
    const [served, open] =
      [...this.#open].find(([, { waiting }]) => waiting !== undefined && idKey(waiting) === key) ?? [];
    if (served === undefined || open === undefined) return;
    this.#open.delete(served);
    this.sides.toServer(`${cancelledCall(open.served)}\n`);
  }

  /** An answer of the server, as the newer protocol wants it. */
  #answered(key: string, line: Buffer, scanned: ScannedMessage): void {
    if (this.#opened !== undefined && key === idKey(this.#opened) && this.#waiting !== undefined) {
      return this.#began(line, scanned);
    }
    const open = this.#open.get(key);
    if (open === undefined) return;
    let members = scanned.spans.has('result.resultType') ? '' : '"resultType":"complete"';
    if (KEPT.includes(open.method)) members += `${members && ','}"ttlMs":0,"cacheScope":"private"`;
    const answer = withResult(line, scanned, members);
    if (open.waiting === undefined) open.answer = answer;
    else this.#deliver(key, open, answer);
  }

  #deliver(key: string, { waiting = 'null' }: OpenRequest, answer: Buffer): void {
    this.#open.delete(key);
    const scanned = scanMessage(answer);
    if (scanned !== undefined) this.sides.toClient(withValues(answer, scanned, { id: waiting }));
  }

  /** The server wants something of the client: it is told by the newest request that can carry it. */
  #asked(id: string, method: string, line: Buffer, scanned: ScannedMessage): void {
    if (method === 'ping') return this.sides.toServer(`{"jsonrpc":"2.0","id":${id},"result":{}}\n`);
    const carriers = [...this.#open.values()].filter(
      (open) => open.waiting !== undefined && ASKS_BACK.includes(open.method),
    );
    const carrier = Object.hasOwn(NEEDS, method) ? carriers.at(-1) : undefined;
    const params = rawAt(line, scanned, 'params');
    const result = carrier && this.#parked.park(carrier, { id, method, params });
    if (carrier?.waiting === undefined || result === undefined) {
      const text = 'no request is open by which the client could be asked';
      return this.sides.toServer(`${errorReply(id, METHOD_NOT_FOUND, text)}\n`);
    }
    const { waiting } = carrier;
    carrier.waiting = undefined;
    this.#reply(waiting, `"result":${result}`);
  }

  /** The client makes its request again: the server gets its answer, and goes on with what it was at. */
  #cameBack(id: string, method: string, params: JsonObject, answer: string): void {
    const parked = this.#parked.take(params);
    if (parked === undefined || parked.request.method !== method) {
      return this.#fail(id, INVALID_PARAMS, 'the request state is unknown, or was used before');
    }
    const { request, question } = parked;
    request.waiting = id;
    this.sides.toServer(`{"jsonrpc":"2.0","id":${question.id},${answer}}\n`);
    if (request.answer !== undefined) this.#deliver(idKey(request.served), request, request.answer);
  }

  #subscribe(): void {
    const wanted = this.#listeners.uris;
    for (const uri of wanted) if (!this.#subscribed.has(uri)) this.#ask('resources/subscribe', { uri });
    for (const uri of this.#subscribed) if (!wanted.has(uri)) this.#ask('resources/unsubscribe', { uri });
    this.#subscribed = wanted;
  }

  #discovered(): JsonObject {
    const { serverInfo, instructions } = this.#session;
    return {
      resultType: 'complete',
      supportedVersions: [FIRST_MODERN],
      capabilities: this.#offered(),
      ...(typeof instructions === 'string' && { instructions }),
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [SERVER_KEY]: serverInfo },
    };
  }

  #offered(): JsonObject {
    return offeredInBoth(this.#session['capabilities']);
  }

  /** Makes a request of our own; its id, as its bytes. */
  #ask(method: string, params: JsonObject): string {
    this.#serial += 1;
    const id = `${this.#prefix}${this.#serial}`;
    this.sides.toServer(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return JSON.stringify(id);
  }

  #fail(id: string, code: number, text: string): void {
    this.sides.toClient(`${errorReply(id, code, text)}\n`);
  }

  #reply(id: string, member: string): void {
    this.sides.toClient(`{"jsonrpc":"2.0","id":${id},${member}}\n`);
  }
}
