import type { CompiledQuery } from 'kysely';
import type { ServerContext } from '../context.js';
import { HttpError, type Principal } from '../http/port.js';
import { insertMcpCall, reportedMcpCall } from '../mcp/call-row.js';
import { isObject } from './call-request.js';
import { eventRow, isRejected, type EventRow, type RejectedEvent } from './event-row.js';

export interface EventBatchAck {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly {
    readonly index: number;
    readonly event_id: string | null;
    readonly message: string;
  }[];
}

const LOOKUP = 500;

/**
 * Takes a batch in either body shape. Idempotent by event id, because the newest TypeScript SDK sends a batch again
 * after a 5xx. Resolves after the events are durable; refuses the batch only when nothing in it could be taken.
 */
export function eventIngest(
  context: ServerContext,
): (body: unknown, principal: Principal) => Promise<EventBatchAck> {
  const insert = insertOnce(context);

  return async (body, principal) => {
    const now = context.clock.now();
    const fresh = new Map<string, EventRow>();
    const rejected: (RejectedEvent & { readonly index: number })[] = [];
    let duplicates = 0;
    for (const [index, value] of eventsOf(body).entries()) {
      const event = eventRow(value, principal, now);
      if (isRejected(event)) rejected.push({ index, ...event });
      else if (fresh.has(event.event_id)) duplicates += 1;
      else fresh.set(event.event_id, event);
    }
    if (rejected.length > 0 && fresh.size === 0) throw nothingTaken(rejected);

    for (const known of await knownIds(context, principal.tenantId, [...fresh.keys()])) {
      fresh.delete(known);
      duplicates += 1;
    }
    if (fresh.size > 0) {
      await context.store.commit({
        tenantId: principal.tenantId,
        statements: [...fresh.values()].flatMap((row) => {
          const mcpCall = reportedMcpCall(row);
          return mcpCall === undefined
            ? [insert(row)]
            : [insert(row), insertMcpCall(context.store.build, mcpCall)];
        }),
        evidence: [],
      });
    }
    return {
      accepted: fresh.size,
      duplicates,
      rejected: rejected.map(({ index, event_id, message }) => ({ index, event_id, message })),
    };
  };
}

function eventsOf(body: unknown): readonly unknown[] {
  const events = isObject(body) ? body.events : body;
  if (Array.isArray(events)) return events;
  throw new HttpError(
    400,
    'invalid_request',
    'the body must be a list of events or an object with a list named events',
  );
}

function nothingTaken(rejected: readonly RejectedEvent[]): HttpError {
  const [first] = rejected;
  const message = first?.message ?? 'no event could be taken';
  const details = {
    rejected: rejected.slice(0, 20).map(({ event_id, message: why }) => ({ event_id, message: why })),
  };
  if (rejected.every((event) => event.foreign)) return new HttpError(403, 'forbidden', message, details);
  return new HttpError(400, 'invalid_request', message, details);
}

async function knownIds(context: ServerContext, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const known: string[] = [];
  for (let from = 0; from < ids.length; from += LOOKUP) {
    const rows = await context.store.read
      .selectFrom('events')
      .select('event_id')
      .where('tenant_id', '=', tenantId)
      .where('event_id', 'in', ids.slice(from, from + LOOKUP))
      .execute();
    known.push(...rows.map((row) => row.event_id));
  }
  return known;
}

/** Two deliveries of one event may race past the look-up; the key then decides, silently. */
function insertOnce(context: ServerContext): (row: EventRow) => CompiledQuery {
  const columns = [
    'tenant_id',
    'event_id',
    'event_type',
    'session_id',
    'agent_id',
    'tool_name',
    'occurred_at',
    'ingested_at',
    'body',
  ] as const;
  const compiled = context.store.build
    .insertInto('events')
    .values({
      tenant_id: '',
      event_id: '',
      event_type: '',
      session_id: '',
      agent_id: '',
      tool_name: '',
      occurred_at: 0,
      ingested_at: 0,
      body: '',
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'event_id']).doNothing())
    .compile();
  return (row) => ({ ...compiled, parameters: columns.map((column) => row[column]) });
}
