import type { EvidenceRecord } from '../../../evidence/types.js';
import { decisionFinder } from '../event-decisions.js';
import { feedRow } from '../feed-row.js';
import { present, textMember } from '../stored-record.js';
import type { JsonObject } from '../../tenants/json-documents.js';
import type { SessionHistory, StoredEvent } from './session-history.js';

const EVENT_MEMBERS = [
  'event_type',
  'source_type',
  'agent_id',
  'user_id',
  'tool_name',
  'content',
  'metadata',
  'purpose',
  'data_classification',
] as const;

/** Of the decision an event belongs to. */
const DECIDED_MEMBERS = [
  'decision',
  'decision_reason_code',
  'violation_id',
  'evidence_id',
  'chain_index',
] as const;

interface Entry {
  readonly at: number;
  /** At the same instant a decision comes before what happened because of it. */
  readonly rank: number;
  readonly entry: JsonObject;
}

/** Decisions, verdicts on their holds and behavioural events of a session as one list, oldest first. */
export function timeline({ records, events }: SessionHistory): JsonObject[] {
  const decisionOf = decisionFinder(records);
  const entries: Entry[] = [
    ...records.map((record) => ({
      at: Date.parse(textMember(record, 'occurred_at') ?? ''),
      rank: 0,
      entry: recordEntry(record),
    })),
    ...events.map((event) => ({
      at: event.occurredAt,
      rank: 1,
      entry: eventEntry(event, decisionOf(event.body)),
    })),
  ];
  return entries.sort((a, b) => a.at - b.at || a.rank - b.rank).map(({ entry }) => entry);
}

function recordEntry(record: EvidenceRecord): JsonObject {
  if (record['kind'] === 'decision') return { source: 'decision', ...feedRow(record) };
  return {
    source: 'control',
    ...present(record, [
      'kind',
      'actor',
      'target',
      'change',
      'tool_name',
      'evidence_id',
      'chain_index',
      'occurred_at',
    ]),
  };
}

function eventEntry(event: StoredEvent, decision: EvidenceRecord | undefined): JsonObject {
  return {
    source: 'event',
    event_id: event.eventId,
    ...present(event.body, EVENT_MEMBERS),
    ...(decision === undefined ? {} : present(decision, DECIDED_MEMBERS)),
    occurred_at: new Date(event.occurredAt).toISOString(),
    ingested_at: new Date(event.ingestedAt).toISOString(),
  };
}
