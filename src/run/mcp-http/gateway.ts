import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADER_MISMATCH, INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR } from '../mcp/error-codes.js';
import type { Permit } from '../../sdk/call.js';
import { CallGovernor } from '../mcp/call-governor.js';
import type { CallRoute } from '../mcp/call-route.js';
import { traitsOfConnection } from '../mcp/client-traits.js';
import { classifyClientMessage, type ClientMessage, type ToolCallMessage } from '../mcp/client-message.js';
import type { Governance } from '../mcp/governance.js';
import { errorReply, lostCallResult, lostRequestReply } from '../mcp/replies.js';
import { RunningCall } from '../mcp/running-call.js';
import type { Asked, Backend, Incoming } from './backend.js';
import { ClientReply, type Reply } from './client-reply.js';
import { CollectedReply } from './collected-reply.js';
import { envelopeOf, isModern } from './envelope.js';
import type { HeaderValues } from './forwarded-headers.js';
import { headerMismatch } from './header-check.js';
import { parameterHeaders, type ParameterMarks } from './parameter-marks.js';
import { NO_ROOM, readMessage } from './read-message.js';
import { RequestRoom, type Claim } from './request-room.js';
import { principalOf, sessionOf, Sessions } from './sessions.js';

const UNKNOWN_MARKS =
  'its arguments were changed by the policy, and the headers that repeat them cannot be made before the tools were listed; list the tools and call again';
const TOO_BUSY = 'too many calls are being decided; call again later';

/**
 * Stands between MCP clients on HTTP and their server. Each `tools/call` is decided before the server hears of it;
 * everything else travels on as its original bytes.
 */
export class HttpGateway {
  readonly #governor: CallGovernor;
  readonly #sessions = new Sessions();
  /** Replies of calls under decision, by the key of the call. */
  readonly #waiting = new Map<string, Reply>();

  constructor(
    private readonly governance: Governance,
    private readonly backend: Backend,
    private readonly marks: ParameterMarks,
    private readonly room = new RequestRoom(),
  ) {
    this.#governor = new CallGovernor(governance, () => undefined);
  }

  /** Takes one request of a client. */
  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = new ClientReply(request, response);
    const claim = this.room.share(response);
    if (claim === undefined) return turnAway(request, reply, { status: 503, why: NO_ROOM });
    switch (request.method) {
      case 'POST':
        return this.#post(request, reply, claim);
      case 'GET':
      case 'DELETE':
        request.resume();
        if (request.method === 'DELETE') this.#sessions.ended(sessionOf(request) ?? '');
        return this.backend.take(request.method, request, reply);
      default:
        reply.status(405, { allow: 'GET, POST, DELETE' });
    }
  }

  /** Voids what still waits for a decision. */
  async end(): Promise<void> {
    this.#governor.voidAll();
    await this.#governor.quiet();
  }

  async #post(request: IncomingMessage, reply: ClientReply, claim: Claim): Promise<void> {
    const body = await readMessage(request, claim);
    if ('status' in body) return turnAway(request, reply, body);
    const { bytes } = body;
    const message = classifyClientMessage(bytes);
    if (message.kind === 'refused') {
      reply.answer(errorReply(message.id, message.code, `refused by Thoth: ${message.message}`), 400);
      return;
    }
    const envelope = envelopeOf(bytes);
    const marks = message.kind === 'tool-call' ? (this.marks.of(message.name) ?? []) : [];
    const mismatch = headerMismatch(request.headers, envelope, marks);
    if (mismatch !== undefined) {
      reply.answer(errorReply(idOf(message), HEADER_MISMATCH, `refused by Thoth: ${mismatch}`), 400);
      return;
    }
    const incoming: Incoming = { request, reply, message, envelope, bytes };
    const rejected = this.backend.reject(incoming);
    if (rejected !== undefined) {
      reply.answer(errorReply(idOf(message), rejected.code, rejected.message), rejected.status);
      return;
    }
    const answer = (text: string): void => reply.answer(text);
    if (this.#governor.takes(message, { answer, principal: principalOf(request) })) {
      if (message.kind === 'other') reply.status(202);
      return;
    }
    if (message.kind === 'tool-call') return this.#call(message, incoming);
    if (message.kind === 'cancelled' && this.#cancel(message.key, request)) return reply.status(202);
    const opened = this.#opened(message);
    return this.backend.send({ ...incoming, asked: askedOf(message), added: {}, opened });
  }

  #call(call: ToolCallMessage, incoming: Incoming): void {
    const { request, reply, envelope, bytes } = incoming;
    // Without a session nobody but the client that opened the request can mean it by its id.
    const session = isModern(envelope.version) ? undefined : sessionOf(request);
    const key = session === undefined ? randomUUID() : `${session} ${call.key}`;
    if (this.#governor.has(key)) {
      const text = 'refused by Thoth: the id is in use by another request';
      reply.answer(errorReply(call.id, INVALID_REQUEST, text), 400);
      return;
    }
    const tell = (message: string): void => {
      if (!reply.backlogged) reply.tell(message);
    };
    const route: CallRoute = {
      client: this.#sessions.clientOf(request),
      principal: principalOf(request),
      serverGone: () => undefined,
      answer: (message) => {
        this.#waiting.delete(key);
        reply.answer(message);
      },
      tell,
      // A question travels on the stream of the call it is about.
      ...(session !== undefined && reply.readsStreams && { ask: tell }),
      forward: (message, permit) => {
        this.#waiting.delete(key);
        this.#forward(call, { ...incoming, bytes: message }, permit, route);
      },
      // In a session the server may ask its client on the way, who would not read it.
      ...(session === undefined && {
        collect: (message, permit, deliver) => {
          const collected = new CollectedReply(call, deliver);
          const polled = { ...incoming, bytes: message, reply: collected };
          this.#forward(call, polled, permit, { ...route, answer: deliver });
          return () => collected.giveUp();
        },
      }),
    };
    if (this.#governor.full) {
      this.#governor.ruleOut(call, 'too_many_open_calls', TOO_BUSY, route);
      return;
    }
    this.#waiting.set(key, reply);
    reply.onGone(() => {
      // Another call may have the key by now.
      if (this.#waiting.get(key) !== reply) return;
      this.#waiting.delete(key);
      this.#governor.cancel(key);
    });
    this.#governor.govern(key, call, bytes, route);
  }

  #forward(call: ToolCallMessage, incoming: Incoming, permit: Permit, route: CallRoute): void {
    const { bytes, request, reply } = incoming;
    const added = permit.replacedArguments === undefined ? {} : this.#changedHeaders(bytes, request);
    if (added === undefined) {
      this.#governor.ruleOut(call, 'header_marks_unknown', UNKNOWN_MARKS, route);
      return;
    }
    const { id, key, name, modern } = call;
    const running = new RunningCall({ id, name, modern }, permit, this.governance.account);
    const lost = (why: string) => lostCallResult(call, why);
    permit.started();
    this.backend.send({ ...incoming, asked: { key, running, lost }, added }).catch(() => reply.breakOff());
  }

  /** Remembers the client that opens a session, once the server has named it. */
  #opened(message: ClientMessage): ((session: string) => void) | undefined {
    if (message.kind !== 'request' || message.method !== 'initialize') return undefined;
    const client = traitsOfConnection(message.params);
    return (session) => this.#sessions.opened(session, client);
  }

  /** Voids a call that has not reached the server; its client expects no answer. False when there is none. */
  #cancel(key: string, request: IncomingMessage): boolean {
    const session = sessionOf(request);
    if (session === undefined) return false;
    const named = `${session} ${key}`;
    if (!this.#governor.cancel(named)) return false;
    this.#waiting.get(named)?.withdraw();
    this.#waiting.delete(named);
    return true;
  }

  /** What headers say of a changed call; undefined when that cannot be known. */
  #changedHeaders(message: Buffer, { headers }: IncomingMessage): HeaderValues | undefined {
    const { name, args } = envelopeOf(message);
    const carried = Object.keys(headers).filter((header) => header.startsWith('mcp-param-'));
    const marks = this.marks.of(name ?? '');
    if (marks === undefined) return carried.length === 0 ? {} : undefined;
    const emptied = Object.fromEntries(carried.map((header): [string, string[]] => [header, []]));
    return { ...emptied, ...parameterHeaders(args, marks) };
  }
}

/** Answers without the body, and lets it pass unread: a connection that ended here would take the answer with it. */
function turnAway(
  request: IncomingMessage,
  reply: ClientReply,
  { status, why }: { readonly status: number; readonly why: string },
): void {
  const code = status === 503 ? INTERNAL_ERROR : PARSE_ERROR;
  reply.answer(errorReply('null', code, `refused by Thoth: ${why}`), status);
  request.resume();
}

function askedOf(message: ClientMessage): Asked {
  if (message.kind !== 'request') return { key: undefined, running: undefined, lost: () => undefined };
  const { id, key } = message;
  return { key, running: undefined, lost: (why) => lostRequestReply(id, why) };
}

function idOf(message: ClientMessage): string {
  return 'id' in message ? message.id : 'null';
}
