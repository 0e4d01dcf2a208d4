import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { idKey } from '../mcp/client-message.js';
import { rawAt, scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { cancelledCall, errorReply } from '../mcp/replies.js';
import { answeredKey } from '../mcp/server-replies.js';
import { InputRound, type ClientRequest } from './input-round.js';
import { withMeta, withParams, withValues } from '../mcp/members.js';
import {
  CAPABILITIES_KEY,
  CLIENT_KEY,
  FIRST_MODERN,
  LEGACY_VERSIONS,
  LOG_LEVEL_KEY,
  NEWEST_LEGACY,
  SERVER_KEY,
  VERSION_KEY,
} from '../mcp/revisions.js';
import type { Sides, Translation } from './translation.js';
import { INTERNAL_ERROR, METHOD_NOT_FOUND } from '../mcp/error-codes.js';
import { ASKS_BACK, offeredInBoth } from './both-eras.js';

/** How often one request may be asked back about before it is given up. */
const MAX_ROUNDS = 16;

/** A request of the client that the server may ask back about. */
interface OpenRequest {
  readonly id: string;
  readonly key: string;
  /** As it was sent first. */
  readonly sent: Buffer;
  rounds: number;
  /** Id that the server knows it by now. */
  current: string;
  round?: InputRound;
}

/** What a client said when it opened its session. */
export interface Opening {
  readonly id: string;
  readonly params: JsonObject;
}

/**
 * A client of the older protocol before a server of the newer one. The session is kept here: each request is given what a
 * session would have said, what the server asks back becomes requests to the client, and its answers another try.
 */
export class NewerServer implements Translation {
  readonly #prefix = `thoth-${randomUUID()}-`;
  readonly #capabilities: JsonObject;
  readonly #offered: JsonObject;
  readonly #open = new Map<string, OpenRequest>();
  /** Requests by the ids of ours that they were sent again under. */
  readonly #again = new Map<string, OpenRequest>();
  readonly #subscribed = new Set<string>();
  #listening: string | undefined;
  #meta: JsonObject;
  #serial = 0;

  constructor(
    private readonly sides: Sides,
    private readonly opening: Opening,
    /** The server's answer to `server/discover`. */
    private readonly discovered: JsonObject,
  ) {
    const { capabilities, clientInfo } = opening.params;
    const { tasks: _session, ...declared } = isJsonObject(capabilities) ? capabilities : {};
    this.#capabilities = declared;
    this.#meta = {
      [VERSION_KEY]: FIRST_MODERN,
      [CAPABILITIES_KEY]: declared,
      ...(isJsonObject(clientInfo) && { [CLIENT_KEY]: clientInfo }),
    };
    this.#offered = offeredInBoth(discovered['capabilities']);
  }

  /** Opens the session in the server's place. */
  begin(): void {
    const { protocolVersion } = this.opening.params;
    const { instructions, _meta: meta } = this.discovered;
    const serverInfo = isJsonObject(meta) ? meta[SERVER_KEY] : undefined;
    const known = LEGACY_VERSIONS.find((version) => version === protocolVersion);
    this.#reply(this.opening.id, {
      protocolVersion: known ?? NEWEST_LEGACY,
      capabilities: this.#offered,
      serverInfo: isJsonObject(serverInfo) ? serverInfo : { name: 'unknown', version: '0' },
      ...(typeof instructions === 'string' && { instructions }),
    });
  }

  fromClient(line: Buffer): void {
    const scanned = scanMessage(line);
    const message: unknown = scanned && JSON.parse(line.toString('utf8'));
    if (scanned === undefined || !isJsonObject(message)) return;
    const { method, params } = message;
    const id = rawAt(line, scanned, 'id');
    if (typeof method !== 'string') this.#answered(line, scanned);
    else if (id === undefined) this.#noted(method, line, scanned);
    else this.#requested(method, id, isJsonObject(params) ? params : {}, line, scanned);
  }

  fromServer(line: Buffer, scanned: ScannedMessage): void {
    const key = answeredKey(line, scanned);
    if (key === undefined) {
      if (rawAt(line, scanned, 'method') !== '"notifications/subscriptions/acknowledged"')
        this.sides.toClient(line);
      return;
    }
    const again = this.#again.get(key);
    if (again !== undefined) {
      this.#again.delete(key);
      const own = withValues(line, scanned, { id: again.id });
      this.#replied(again, own, scanMessage(own) ?? scanned);
      return;
    }
    // The end of a subscription is nobody's but ours.
    if (key.startsWith(`s:${this.#prefix}`)) return;
    const open = this.#open.get(key);
    if (open === undefined) this.sides.toClient(line);
    else this.#replied(open, line, scanned);
  }

  #requested(method: string, id: string, params: JsonObject, line: Buffer, scanned: ScannedMessage): void {
    switch (method) {
      case 'ping':
        return this.#reply(id, {});
      case 'logging/setLevel':
        this.#meta = { ...this.#meta, [LOG_LEVEL_KEY]: params['level'] };
        return this.#reply(id, {});
      case 'resources/subscribe':
      case 'resources/unsubscribe': {
        const uri = String(params['uri']);
        if (method === 'resources/subscribe') this.#subscribed.add(uri);
        else this.#subscribed.delete(uri);
        this.#listen();
        return this.#reply(id, {});
      }
      default:
    }
    if (method === 'initialize' || method.startsWith('tasks/')) {
      const text = `the server speaks MCP ${FIRST_MODERN}, which has no ${method}`;
      return this.sides.toClient(`${errorReply(id, METHOD_NOT_FOUND, text)}\n`);
    }
    const sent = withMeta(line, scanned, JSON.stringify(this.#meta).slice(1, -1));
    if (ASKS_BACK.includes(method)) {
      const key = idKey(id);
      this.#open.set(key, { id, key, sent, rounds: 0, current: id });
    }
    this.sides.toServer(sent);
  }

  /** Of what clients tell, the newer protocol knows cancellation alone. */
  #noted(method: string, line: Buffer, scanned: ScannedMessage): void {
    if (method === 'notifications/initialized') return this.#listen();
    if (method !== 'notifications/cancelled') return;
    const raw = rawAt(line, scanned, 'params.requestId');
    const open = raw === undefined ? undefined : this.#open.get(idKey(raw));
    if (open === undefined) return this.sides.toServer(line);
    this.#open.delete(open.key);
    this.#again.delete(idKey(open.current));
    // While the client is asked, the server waits for nothing.
    if (open.round === undefined) this.sides.toServer(`${cancelledCall(open.current)}\n`);
  }

  /** The client answers a question of the server, as far as it was asked by us. */
  #answered(line: Buffer, scanned: ScannedMessage): void {
    const key = answeredKey(line, scanned);
    const open = [...this.#open.values()].find(({ round }) => key !== undefined && round?.has(key) === true);
    const { round } = open ?? {};
    if (open === undefined || round === undefined || key === undefined) return;
    const result = rawAt(line, scanned, 'result');
    if (result === undefined) {
      const error = rawAt(line, scanned, 'error') ?? `{"code":${INTERNAL_ERROR},"message":"no answer"}`;
      return this.#fail(open, `{"jsonrpc":"2.0","id":${open.id},"error":${error}}`);
    }
    round.answer(key, result);
    if (round.complete) this.#retry(open, round);
  }

  /** The server's answer, under the client's own id. */
  #replied(open: OpenRequest, line: Buffer, scanned: ScannedMessage): void {
    if (rawAt(line, scanned, 'result.resultType') !== '"input_required"') {
      this.#open.delete(open.key);
      return this.sides.toClient(line);
    }
    open.rounds += 1;
    const asked =
      open.rounds > MAX_ROUNDS
        ? 'asks again and again'
        : InputRound.read(line, scanned, this.#capabilities, () => this.#ownId());
    if (typeof asked === 'string') {
      return this.#fail(open, errorReply(open.id, INTERNAL_ERROR, `the MCP server ${asked}`));
    }
    open.round = asked;
    for (const request of asked.requests) this.#ask(request);
    if (asked.complete) this.#retry(open, asked);
  }

  #ask({ text }: ClientRequest): void {
    this.sides.toClient(`${text}\n`);
  }

  /** The very call that was decided, once more, with what the server wanted to know. */
  #retry(open: OpenRequest, round: InputRound): void {
    const scanned = scanMessage(open.sent);
    if (scanned === undefined) return;
    delete open.round;
    open.current = this.#ownId();
    this.#again.set(idKey(open.current), open);
    const own = withValues(open.sent, scanned, { id: open.current });
    this.sides.toServer(withParams(own, scanMessage(own) ?? scanned, round.members));
  }

  #fail(open: OpenRequest, reply: string): void {
    this.#open.delete(open.key);
    this.sides.toClient(`${reply}\n`);
  }

  /** Asks for what a session would be told by itself: changed lists, and the resources that were subscribed to. */
  #listen(): void {
    const changes = (['tools', 'prompts', 'resources'] as const).flatMap((name) => {
      const offer = this.#offered[name];
      return isJsonObject(offer) && offer['listChanged'] === true ? [[`${name}ListChanged`, true]] : [];
    });
    const former = this.#listening;
    this.#listening = undefined;
    if (changes.length > 0 || this.#subscribed.size > 0) {
      this.#listening = this.#ownId();
      const notifications = {
        ...Object.fromEntries(changes),
        ...(this.#subscribed.size > 0 && { resourceSubscriptions: [...this.#subscribed] }),
      };
      const params = { _meta: this.#meta, notifications };
      this.sides.toServer(
        `{"jsonrpc":"2.0","id":${this.#listening},"method":"subscriptions/listen","params":${JSON.stringify(params)}}\n`,
      );
    }
    if (former !== undefined) this.sides.toServer(`${cancelledCall(former)}\n`);
  }

  #reply(id: string, result: JsonObject): void {
    this.sides.toClient(`{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(result)}}\n`);
  }

  #ownId(): string {
    this.#serial += 1;
    return JSON.stringify(`${this.#prefix}${this.#serial}`);
  }
}
