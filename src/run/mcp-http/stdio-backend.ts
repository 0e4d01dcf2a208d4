import type { IncomingMessage } from 'node:http';
import { INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST } from '../mcp/error-codes.js';
import { ThothctlError } from '../../errors/index.js';
import { scanMessage } from '../mcp/json-scan.js';
import { LEGACY_VERSIONS } from '../mcp/revisions.js';
import { answerLost, type Backend, type Incoming, type Outgoing, type Rejection } from './backend.js';
import type { ClientReply } from './client-reply.js';
import { isModern, opensSession, type Envelope } from './envelope.js';
import type { ProcessLaunch } from './served-process.js';
import type { ServerMessages } from './server-messages.js';
import { SharedServer } from './shared-server.js';
import { StdioSession } from './stdio-session.js';
import { sessionOf } from './sessions.js';

/** Each has a process of its own. */
const MAX_SESSIONS = 100;
const IDLE_MS = 60 * 60 * 1000;
const LOOK_EVERY_MS = 60 * 1000;

/** Codes that the older protocol's own servers give. */
const BAD_SESSION = -32000;
const NO_SESSION = -32001;

/** A server on stdio, for clients on HTTP: one process for each session, one for all requests without. */
export class StdioBackend implements Backend {
  readonly #sessions = new Map<string, StdioSession>();
  readonly #shared: SharedServer;
  #starting = 0;
  readonly #looking = setInterval(() => this.#endIdle(), LOOK_EVERY_MS).unref();

  constructor(
    private readonly program: ProcessLaunch,
    private readonly messages: ServerMessages,
  ) {
    this.#shared = new SharedServer(program, messages);
  }

  reject(incoming: Incoming): Rejection | undefined {
    const { envelope, request, message, bytes } = incoming;
    if (isStateless(envelope)) {
      if (this.#shared.backlogged) return BUSY;
      if (envelope.isRequest && !envelope.namesCapabilities) {
        return {
          status: 400,
          code: INVALID_PARAMS,
          message: 'the message does not name its client capabilities',
        };
      }
      // Its id is replaced, and must be the one that the server would read.
      return scanMessage(bytes)?.ambiguousBelow === true
        ? { status: 400, code: INVALID_REQUEST, message: 'a member of the message is given twice' }
        : undefined;
    }
    const version = request.headers['mcp-protocol-version'];
    if (version !== undefined && !LEGACY_VERSIONS.includes(String(version)) && !isModern(String(version))) {
      return { status: 400, code: BAD_SESSION, message: 'this protocol version is not supported' };
    }
    if (opensSession(envelope)) {
      return this.#sessions.size + this.#starting < MAX_SESSIONS
        ? undefined
        : { status: 503, code: BAD_SESSION, message: 'too many sessions are open' };
    }
    const session = this.#session(request);
    if (typeof session === 'object') {
      if (session.backlogged) return BUSY;
      const used = 'key' in message && message.kind !== 'cancelled' && session.has(message.key);
      return used ? { status: 400, code: INVALID_REQUEST, message: 'the id is in use' } : undefined;
    }
    return session === 'missing' && isModern(String(version))
      ? { status: 400, code: INVALID_PARAMS, message: 'the message does not name its protocol version' }
      : REJECTED[session];
  }

  async send(outgoing: Outgoing): Promise<void> {
    const { envelope, request, reply, asked, opened } = outgoing;
    try {
      if (isStateless(envelope)) return await this.#shared.send(outgoing);
      const session = opensSession(envelope) ? await this.#start() : this.#session(request);
      if (typeof session === 'object') {
        opened?.(session.id);
        return session.send(outgoing);
      }
      answerLost('is gone', reply, asked);
    } catch (error) {
      if (error instanceof ThothctlError)
        return answerLost(`could not be started (${error.message})`, reply, asked);
      asked.running?.ended({ outcome: 'error', errorName: 'ServerGone' });
      throw error;
    }
  }

  async take(method: 'GET' | 'DELETE', request: IncomingMessage, reply: ClientReply): Promise<void> {
    const session = this.#session(request);
    if (typeof session !== 'object') {
      // Without a session there is nothing but POST.
      return session === 'missing' ? reply.status(405, { allow: 'POST' }) : reply.status(404);
    }
    if (method === 'DELETE') {
      this.#sessions.delete(session.id);
      await session.end();
      return reply.status(200);
    }
    const last = request.headers['last-event-id'];
    if (!reply.readsStreams) return reply.status(406);
    if (last === undefined && session.listening) return reply.status(409);
    if (!session.listen(reply, typeof last === 'string' ? last : undefined)) reply.status(404);
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all([this.#shared.end(), ...sessions.map((session) => session.end())]);
  }

  async #start(): Promise<StdioSession> {
    this.#starting += 1;
    try {
      const session = await StdioSession.start(this.program, this.messages, ({ id }) =>
        this.#sessions.delete(id),
      );
      this.#sessions.set(session.id, session);
      return session;
    } finally {
      this.#starting -= 1;
    }
  }

  #session(request: IncomingMessage): StdioSession | 'missing' | 'unknown' {
    const id = sessionOf(request);
    if (id === undefined) return 'missing';
    return this.#sessions.get(id) ?? 'unknown';
  }

  #endIdle(): void {
    for (const session of this.#sessions.values()) {
      if (session.idle < IDLE_MS) continue;
      this.#sessions.delete(session.id);
      void session.end();
    }
  }
}

const BUSY: Rejection = {
  status: 503,
  code: INTERNAL_ERROR,
  message: 'the server reads slower than it is written to; send it again later',
};

const REJECTED: Readonly<Record<'missing' | 'unknown', Rejection>> = {
  missing: { status: 400, code: BAD_SESSION, message: 'Mcp-Session-Id is missing' },
  unknown: { status: 404, code: NO_SESSION, message: 'the session is unknown or has ended' },
};

/** Every message that names a revision is for a server without sessions; one that it does not know, it says so itself. */
function isStateless({ version }: Envelope): boolean {
  return version !== undefined && !LEGACY_VERSIONS.includes(version);
}
