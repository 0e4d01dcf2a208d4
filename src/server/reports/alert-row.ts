import type { EvidenceRecord } from '../../evidence/types.js';
import { present, textMember } from './stored-record.js';

/** The alert of one violation of high or critical tier. */
export function severeAlert(record: EvidenceRecord, resolved: boolean): object {
  const violationId = textMember(record, 'violation_id') ?? '';
  return {
    alert_id: `alr_${violationId}`,
    severity: textMember(record, 'risk_tier'),
    title: `${textMember(record, 'decision') ?? 'violation'}: ${textMember(record, 'tool_name') ?? 'unnamed tool'}`,
    status: resolved ? 'resolved' : 'open',
    agent_id: textMember(record, 'agent_id') ?? null,
    violation_id: violationId,
    metadata: present(record, ['decision_reason_code', 'reason', 'session_id', 'tool_name', 'risk_score']),
    created_at: textMember(record, 'occurred_at'),
  };
}

/** The alert of a burst, told with the record of its last violation; ids oldest first. */
export function burstAlert(last: EvidenceRecord, violationIds: readonly string[]): object {
  const agent = textMember(last, 'agent_id') ?? '';
  return {
    alert_id: `alr_burst_${violationIds[0] ?? ''}`,
    severity: 'high',
    title: `${violationIds.length} violations of ${agent} within ten minutes`,
    status: 'open',
    agent_id: agent,
    violation_id: violationIds.at(-1) ?? null,
    metadata: { violation_ids: [...violationIds] },
    created_at: textMember(last, 'occurred_at'),
  };
}
