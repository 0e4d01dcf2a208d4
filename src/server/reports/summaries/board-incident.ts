import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import { present, textMember } from '../stored-record.js';
import { findViolation } from '../violations.js';

/** One violation as a board needs it: what was tried, what became of it, and where the proof is. */
export async function boardIncident(
  { store, clock }: Pick<ServerContext, 'store' | 'clock'>,
  tenantId: string,
  violationId: string,
) {
  const record = await findViolation(store, tenantId, violationId);
  const id = record === undefined ? undefined : textMember(record, 'violation_id');
  if (record === undefined || id === undefined) {
    throw new HttpError(404, 'not_found', `there is no violation ${violationId}`);
  }
  const approvalId = textMember(record, 'approval_id');
  const hold =
    approvalId === undefined
      ? undefined
      : await store.read
          .selectFrom('approvals')
          .select(['status', 'resolved_by', 'resolved_at', 'resolution_reason'])
          .where('tenant_id', '=', tenantId)
          .where('approval_id', '=', approvalId)
          .executeTakeFirst();
  return {
    violation_id: id,
    generated_at: new Date(clock.now()).toISOString(),
    incident: {
      ...present(record, [
        'decision',
        'decision_reason_code',
        'reason',
        'tool_name',
        'action_classification',
        'agent_id',
        'user_id',
        'session_id',
        'environment',
        'risk_tier',
        'risk_score',
        'regulatory_regimes',
        'matched_rule_ids',
        'policy_references',
        'occurred_at',
      ]),
      evidence: present(record, ['evidence_id', 'chain_index', 'hash', 'key_id']),
      resolution:
        hold === undefined
          ? null
          : {
              ...hold,
              resolved_at: hold.resolved_at === null ? null : new Date(hold.resolved_at).toISOString(),
            },
    },
  };
}
