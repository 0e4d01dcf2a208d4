import type { EvidenceRecord } from '../../../evidence/types.js';
import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import { parseDocument, type JsonObject } from '../../tenants/json-documents.js';
import { storedRecord } from '../stored-record.js';

/** Rows of one reply; of a longer session the newest are shown, and the reply says how many are not. */
const MAX_ROWS = 5000;

/** A behavioural event as stored. */
export interface StoredEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly occurredAt: number;
  readonly ingestedAt: number;
  readonly body: JsonObject;
}

/** Everything recorded of a session, oldest first. */
export interface SessionHistory {
  readonly sessionId: string;
  /** Decisions, and what became of their holds. */
  readonly records: readonly EvidenceRecord[];
  readonly events: readonly StoredEvent[];
  /** Records and events that did not fit. */
  readonly omitted: number;
}

/** Throws 404 when nothing is recorded of the session. */
export async function sessionHistory(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
  sessionId: string,
): Promise<SessionHistory> {
  const evidence = store.read
    .selectFrom('evidence')
    .where('tenant_id', '=', tenantId)
    .where('session_id', '=', sessionId);
  const events = store.read
    .selectFrom('events')
    .where('tenant_id', '=', tenantId)
    .where('session_id', '=', sessionId);
  const [records, found, recordCount, eventCount] = await Promise.all([
    evidence.select('record').orderBy('chain_index', 'desc').limit(MAX_ROWS).execute(),
    events.selectAll().orderBy('occurred_at', 'desc').orderBy('event_id', 'desc').limit(MAX_ROWS).execute(),
    evidence.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst(),
    events.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst(),
  ]);
  if (records.length === 0 && found.length === 0) {
    throw new HttpError(404, 'not_found', `nothing is recorded of session ${sessionId}`);
  }
  return {
    sessionId,
    records: records.map((row) => storedRecord(row.record)).reverse(),
    events: found
      .map((row) => ({
        eventId: row.event_id,
        eventType: row.event_type,
        occurredAt: row.occurred_at,
        ingestedAt: row.ingested_at,
        body: parseDocument(row.body),
      }))
      .reverse(),
    omitted: (recordCount?.total ?? 0) + (eventCount?.total ?? 0) - records.length - found.length,
  };
}
