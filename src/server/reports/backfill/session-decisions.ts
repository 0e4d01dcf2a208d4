import type { EvidenceRecord } from '../../../evidence/types.js';
import type { Store } from '../../store/port.js';
import { objectMember, textMember, type JsonObject } from '../../tenants/json-documents.js';
import { decisionFinder } from '../event-decisions.js';
import { storedRecord } from '../stored-record.js';

/** Decisions of one session that are looked at; beyond, an event can no longer be told apart by its tool. */
const MOST_DECISIONS = 5000;

type Finder = (event: JsonObject) => EvidenceRecord | undefined;

/** Looks up decisions of events, reading the decisions of each session once. */
export function sessionDecisions(
  { read }: Pick<Store, 'read'>,
  tenantId: string,
): (sessionId: string, event: JsonObject) => Promise<EvidenceRecord | undefined> {
  const finders = new Map<string, Promise<Finder>>();
  const finderOf = async (sessionId: string): Promise<Finder> => {
    const rows = await read
      .selectFrom('evidence')
      .select('record')
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .where('kind', '=', 'decision')
      .orderBy('chain_index', 'desc')
      .limit(MOST_DECISIONS)
      .execute();
    return decisionFinder(rows.map((row) => storedRecord(row.record)));
  };
  return async (sessionId, event) => {
    const finder = finders.get(sessionId) ?? finderOf(sessionId);
    finders.set(sessionId, finder);
    return (await finder)(event);
  };
}

/** An event of a call that was refused, by its own word or by that of its decision. */
export function isBlocked(event: JsonObject, decision: EvidenceRecord | undefined): boolean {
  return (
    textMember(event, 'event_type') === 'TOOL_CALL_BLOCK' ||
    textMember(objectMember(event, 'metadata'), 'authorization_decision') === 'BLOCK' ||
    decision?.['decision'] === 'BLOCK'
  );
}
