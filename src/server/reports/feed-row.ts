import type { EvidenceRecord } from '../../evidence/types.js';
import { present } from './stored-record.js';

const MEMBERS = [
  'event_id',
  'tenant_id',
  'session_id',
  'agent_id',
  'caller_agent_id',
  'user_id',
  'endpoint_id',
  'fleet_id',
  'tool_name',
  'decision',
  'shadow_decision',
  'decision_reason_code',
  'reason',
  'action_classification',
  'risk_score',
  'risk_tier',
  'violation_id',
  'approval_id',
  'hold_token',
  'enforcement_mode',
  'enforcement_trace_id',
  'regulatory_regimes',
  'matched_rule_ids',
  'policy_references',
  'session_intent',
  'purpose',
  'environment',
  'evidence_id',
  'chain_index',
  'occurred_at',
] as const;

/** A decision record as a row of the governance feed. */
export function feedRow(record: EvidenceRecord): Record<string, unknown> {
  const row = present(record, MEMBERS);
  if (row.decision !== undefined) row.authorization_decision = row.decision;
  const observed = record.observed;
  if (Array.isArray(observed)) row.decision_evidence = { observed: [...observed] };
  return row;
}
