import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HoldReply } from '../../sdk/hold.js';
import type { Session } from '../../sdk/session.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import type { Account } from '../account/account.js';
import { decidedCheck } from '../account/decided-check.js';
import { CallerCheck } from './caller.js';
import { canonicalReply, refusalReply } from './canonical-reply.js';
import { LoopbackServer } from './loopback-server.js';
import { parseJson, readBody } from './read-body.js';
import { eventsOf, eventUnderRunIdentity, underRunIdentity } from './run-identity.js';

const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MAX_EVENTS = 1000;
const HOLD_PATH = /^\/v1\/enforce\/hold\/([A-Za-z0-9._~%-]{1,600})$/;

interface Reply {
  readonly status: number;
  readonly body?: JsonObject;
}

/**
 * The enforcer as the child of a run sees it: a loopback server with a key that is worth nothing outside this
 * run. Every check leaves under the run's identity and with the real credential, which the child never sees.
 */
export class SdkBroker {
  readonly apiKey = `thoth_run_${randomBytes(32).toString('base64url')}`;
  readonly #caller = new CallerCheck(this.apiKey);
  readonly #holds = new Set<string>();
  /** Holds that the child was never told the end of. */
  readonly #open = new Set<string>();
  readonly #server = new LoopbackServer((request, response) => void this.#serve(request, response));

  private constructor(
    private readonly session: Session,
    private readonly account: Account | undefined,
  ) {}

  static async start(session: Session, account?: Account): Promise<SdkBroker> {
    const broker = new SdkBroker(session, account);
    await broker.#server.listen();
    return broker;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Ends the service. Nobody is left to wait for the holds of the child, so they are withdrawn. */
  async stop(): Promise<void> {
    for (const token of this.#open) void this.session.withdrawHold(token);
    this.#open.clear();
    await this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      const rejection = this.#caller.reject(request, this.#server.port);
      reply =
        rejection === undefined
          ? await this.#route(request)
          : { status: rejection.status, body: { message: rejection.message } };
    } catch {
      // Not a 5xx: an error of ours must not count as an outage that some SDK lets calls run in.
      reply = { status: 400, body: { message: 'the run broker failed' } };
    }
    const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      // A body that was not read to its end would be taken for the next request.
      ...(request.complete ? {} : { connection: 'close' }),
    });
    response.end(text);
    if (!request.complete) request.resume();
  }

  async #route(request: IncomingMessage): Promise<Reply> {
    const path = request.url ?? '';
    if (request.method === 'GET' || request.method === 'DELETE') {
      const encoded = HOLD_PATH.exec(path)?.[1];
      const token = encoded === undefined ? undefined : decodeURIComponent(encoded);
      // Only holds that this run was given: a token of another run is as unknown as an invented one.
      if (token === undefined || !this.#holds.has(token)) return NOT_FOUND;
      return request.method === 'GET' ? this.#hold(token) : this.#withdraw(token);
    }
    if (request.method !== 'POST') return NOT_FOUND;
    if (path !== '/v1/enforce' && path !== '/v1/events/batch') return NOT_FOUND;
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) return { status: 413, body: { message: 'the body is too large' } };
    const parsed = parseJson(body);
    return path === '/v1/enforce' ? this.#enforce(parsed) : this.#events(parsed);
  }

  async #enforce(body: unknown): Promise<Reply> {
    const check = isJsonObject(body) ? underRunIdentity(body, this.session) : undefined;
    if (check === undefined) return { status: 400, body: { message: 'tool_name is missing' } };
    const startedAt = performance.now();
    const outcome = await this.session.askFor(check);
    this.account?.decided({ ...decidedCheck(check, outcome), durationMs: performance.now() - startedAt });
    if (outcome.kind === 'decision') {
      const { decision } = outcome;
      if (decision.decision === 'STEP_UP' && decision.holdToken !== undefined) {
        this.#holds.add(decision.holdToken);
        this.#open.add(decision.holdToken);
      }
      return { status: 200, body: canonicalReply(outcome.raw, decision) };
    }
    if (outcome.source === 'enforcer_unavailable') return { status: 503, body: { message: outcome.reason } };
    return { status: 200, body: refusalReply(outcome.code, outcome.reason) };
  }

  async #hold(token: string): Promise<Reply> {
    const polled = await this.session.pollHold(token);
    if (polled.body?.['resolved'] === true) this.#open.delete(token);
    return holdAnswer(polled);
  }

  async #withdraw(token: string): Promise<Reply> {
    this.#open.delete(token);
    return holdAnswer(await this.session.withdrawHold(token));
  }

  #events(body: unknown): Reply {
    const events = eventsOf(body);
    if (events === undefined || events.length > MAX_EVENTS) {
      return { status: 400, body: { message: 'the body must be a list of events' } };
    }
    for (const event of events) this.session.enqueueEvent(eventUnderRunIdentity(event, this.session));
    return { status: 202 };
  }
}

function holdAnswer({ status, body = {} }: HoldReply): Reply {
  return { status, body };
}

const NOT_FOUND: Reply = { status: 404, body: { message: 'unknown path' } };
