import type { EvidenceRecord } from '../../../src/evidence/types.js';

/** A decision record as the writer makes it; members given replace the defaults. */
export function decisionRecord(index: number, members: Record<string, unknown> = {}): EvidenceRecord {
  return {
    chain_index: index,
    previous_hash: '',
    hash: `hash-${index}`,
    signature: 'signature',
    key_id: 'key',
    kind: 'decision',
    tenant_id: 'acme',
    event_id: `acme:dec_${index}`,
    evidence_id: `dec_${index}`,
    session_id: 's',
    agent_id: 'bot',
    user_id: 'u',
    tool_name: 'wire_transfer',
    decision: 'BLOCK',
    decision_reason_code: 'tool_not_in_approved_scope',
    reason: 'out of scope',
    risk_tier: 'low',
    risk_score: 10,
    violation_id: `vio_${index}`,
    occurred_at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    ...members,
  };
}
