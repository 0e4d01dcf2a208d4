import type { Kysely } from 'kysely';
import type { SessionFacts } from '../../engine/types.js';
import type { Database } from '../store/schema.js';
import { prepareRead } from './prepared-read.js';

interface Session {
  requests: number;
  violations: number;
  /** Calls per tool, oldest tool first. */
  readonly tools: Map<string, number>;
  /** Decisions made but not yet durable; such a session must not be dropped, the store does not know them. */
  pending: number;
}

/** A counted call, until its evidence is durable or the commit failed. */
export interface CountedCall {
  /** The evidence is durable. */
  settle(): void;
  /** Nothing was recorded: the call never happened. */
  undo(): void;
}

const MAX_SESSIONS = 20_000;
/** Distinct tools remembered per session; past it the one first seen is forgotten, so that no client can grow memory. */
const MAX_TOOLS = 512;

/**
 * What the server remembers of each session: a bounded cache over the evidence, which is the truth. Counted by requests,
 * because the SDKs disagree on what their own history lists.
 */
export class SessionMemory {
  readonly #sessions = new Map<string, Session>();
  readonly #loading = new Map<string, Promise<Session>>();
  readonly #rows;

  constructor(
    read: Kysely<Database>,
    private readonly capacity: number = MAX_SESSIONS,
  ) {
    this.#rows = prepareRead(
      read,
      read
        .selectFrom('evidence')
        .select(({ fn }) => [
          'tool_name',
          fn.countAll<number>().as('calls'),
          fn.count<number>('violation_id').as('violations'),
        ])
        .where('tenant_id', '=', '')
        .where('session_id', '=', '')
        .where('kind', '=', 'decision')
        .groupBy('tool_name')
        .compile(),
    );
  }

  /** The session when it is in memory; otherwise a promise that rebuilds it from the evidence. */
  open(tenantId: string, sessionId: string): OpenSession | Promise<OpenSession> {
    const key = `${tenantId}\n${sessionId}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      this.#sessions.delete(key);
      this.#sessions.set(key, known);
      return new OpenSession(known);
    }
    return this.#load(key, tenantId, sessionId).then((session) => new OpenSession(session));
  }

  get size(): number {
    return this.#sessions.size;
  }

  async #load(key: string, tenantId: string, sessionId: string): Promise<Session> {
    const running = this.#loading.get(key);
    if (running !== undefined) return running;
    const loading = this.#rebuild(tenantId, sessionId);
    this.#loading.set(key, loading);
    try {
      const session = await loading;
      this.#sessions.set(key, session);
      this.#evict();
      return session;
    } finally {
      this.#loading.delete(key);
    }
  }

  async #rebuild(tenantId: string, sessionId: string): Promise<Session> {
    const session: Session = { requests: 0, violations: 0, tools: new Map(), pending: 0 };
    for (const row of await this.#rows([tenantId, sessionId, 'decision'])) {
      session.requests += row.calls;
      session.violations += row.violations;
      if (row.tool_name !== null && session.tools.size < MAX_TOOLS)
        session.tools.set(row.tool_name, row.calls);
    }
    return session;
  }

  #evict(): void {
    if (this.#sessions.size <= this.capacity) return;
    for (const [key, session] of this.#sessions) {
      if (session.pending > 0) continue;
      this.#sessions.delete(key);
      if (this.#sessions.size <= this.capacity) return;
    }
  }
}

/** One session for the length of one call. Reading and counting are synchronous, so parallel calls count in order. */
export class OpenSession {
  constructor(private readonly session: Session) {}

  facts(toolName: string): SessionFacts {
    const { requests, violations, tools } = this.session;
    return { requests, violations, callsOfThisTool: tools.get(toolName) ?? 0 };
  }

  count(toolName: string, violation: boolean): CountedCall {
    const { session } = this;
    const change = (by: 1 | -1): void => {
      session.requests += by;
      if (violation) session.violations += by;
      const calls = (session.tools.get(toolName) ?? 0) + by;
      if (calls > 0) session.tools.set(toolName, calls);
      else session.tools.delete(toolName);
    };
    change(1);
    session.pending += 1;
    if (session.tools.size > MAX_TOOLS) {
      const first = session.tools.keys().next();
      if (first.done !== true) session.tools.delete(first.value);
    }
    return {
      settle: () => void (session.pending -= 1),
      undo: () => {
        session.pending -= 1;
        change(-1);
      },
    };
  }
}
