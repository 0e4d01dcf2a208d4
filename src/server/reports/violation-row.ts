import type { EvidenceRecord } from '../../evidence/types.js';
import { present, textMember } from './stored-record.js';

const MEMBERS = [
  'event_id',
  'violation_id',
  'tool_name',
  'session_intent',
  'agent_id',
  'session_id',
  'user_id',
  'decision',
  'shadow_decision',
  'reason',
  'action_classification',
  'risk_score',
  'policy_references',
  'matched_rule_ids',
  'approval_id',
  'environment',
  'enforcement_mode',
  'evidence_id',
  'chain_index',
  'occurred_at',
] as const;

/** A decision record that counts as a violation, as the contract names it. */
export function violationRow(record: EvidenceRecord): object {
  const row = present(record, MEMBERS);
  const severity = textMember(record, 'risk_tier');
  return {
    ...row,
    ...(row.violation_id === undefined ? {} : { id: row.violation_id }),
    ...(severity === undefined ? {} : { severity }),
    decision_reason_code: textMember(record, 'decision_reason_code') ?? null,
    metadata: present(record, ['decision_reason_code', 'session_intent', 'enforcement_trace_id', 'purpose']),
  };
}
