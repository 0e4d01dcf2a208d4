import type { EvidenceRecord } from '../../evidence/types.js';
import { present, textMember } from '../reports/stored-record.js';
import { isJsonObject, type JsonObject } from '../tenants/json-documents.js';

/** What is told of an event; the body of a webhook delivery word for word. */
export interface DeliveryEvent {
  readonly event_id: string;
  readonly type: string;
  readonly tenant_id: string;
  /** RFC 3339, UTC. */
  readonly occurred_at: string;
  /** Order of the events of a tenant; absent from what is not on the chain. */
  readonly chain_index?: number;
  /** Made up on demand. */
  readonly sample?: true;
  readonly data: JsonObject;
}

/** Evidence holds no arguments of a call, only the digest of its redacted input; neither do events. */
const DECISION_MEMBERS = [
  'decision',
  'shadow_decision',
  'decision_reason_code',
  'reason',
  'risk_tier',
  'risk_score',
  'action_classification',
  'agent_id',
  'caller_agent_id',
  'user_id',
  'session_id',
  'session_intent',
  'purpose',
  'environment',
  'endpoint_id',
  'fleet_id',
  'tool_name',
  'violation_id',
  'approval_id',
  'hold_expires_at',
  'enforcement_mode',
  'enforcement_trace_id',
  'matched_rule_ids',
  'policy_references',
  'regulatory_regimes',
  'policy_input_digest',
] as const;

const CALL_MEMBERS = ['agent_id', 'user_id', 'session_id', 'tool_name'] as const;

/** The event a record becomes; always the same bytes, however often it is sent. */
export function eventOf(record: EvidenceRecord, type: string): DeliveryEvent {
  return {
    event_id: textMember(record, 'evidence_id') ?? '',
    type,
    tenant_id: textMember(record, 'tenant_id') ?? '',
    occurred_at: textMember(record, 'occurred_at') ?? '',
    chain_index: record.chain_index,
    data: dataOf(record),
  };
}

function dataOf(record: EvidenceRecord): JsonObject {
  const kind = textMember(record, 'kind') ?? '';
  if (kind === 'decision') return present(record, DECISION_MEMBERS);
  const { actor, target, change } = record;
  if (!kind.startsWith('control.approval.')) {
    return { actor, target, ...(change === undefined ? {} : { change }) };
  }
  const changed = isJsonObject(change) ? change : {};
  return {
    approval_id: isJsonObject(target) ? target['id'] : undefined,
    status: changed['status'],
    resolved_by: isJsonObject(actor) ? actor['name'] : undefined,
    ...present(changed, ['verdict', 'reason', 'decision_index']),
    ...present(record, CALL_MEMBERS),
  };
}
