import type { CellKind, Column, View } from '../../output/port.js';
import type { Approval } from './read.js';

export const APPROVAL_COLUMNS: readonly Column[] = [
  { key: 'approval_id', header: 'APPROVAL', kind: 'id' },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'tool_name', header: 'TOOL' },
  { key: 'agent_id', header: 'AGENT', kind: 'id' },
  { key: 'risk_tier', header: 'RISK', spare: true },
  { key: 'reason', header: 'REASON' },
  { key: 'requested_at', header: 'REQUESTED', kind: 'time', spare: true },
  { key: 'expires_at', header: 'EXPIRES', kind: 'time' },
];

/** Everything an approver needs to judge, nothing an agent could use to word its own case beyond the arguments. */
export function approvalView(approval: Approval): View {
  const votes = approval.approvals ?? [];
  const needed = approval.required_approvers ?? 1;
  const fields: { label: string; value: unknown; kind?: CellKind }[] = [
    { label: 'Approval', value: approval.approval_id, kind: 'id' },
    { label: 'Status', value: approval.status, kind: 'state' },
    { label: 'Tool', value: approval.tool_name },
    { label: 'Arguments (redacted)', value: JSON.stringify(approval.request ?? null) },
    { label: 'Rule', value: (approval.matched_rule_ids ?? []).join(', ') || approval.decision_reason_code },
    { label: 'Reason', value: approval.reason },
    { label: 'Risk', value: approval.risk_tier ?? approval.risk_score },
    { label: 'Requested by', value: requester(approval) },
    { label: 'Session', value: approval.session_id, kind: 'id' },
    { label: 'Intent', value: approval.session_intent },
    { label: 'Requested', value: approval.requested_at ?? approval.created_at, kind: 'time' },
    { label: 'Expires', value: approval.expires_at, kind: 'time' },
    { label: 'Approvers needed', value: needed > 1 ? `${needed} different people` : 1 },
    ...votes.map((vote) => ({
      label: `Vote`,
      value: `${vote.decision} by ${vote.resolved_by} at ${vote.resolved_at}${vote.reason ? `: ${vote.reason}` : ''}`,
    })),
    ...(approval.resolved_by ? [{ label: 'Resolved by', value: approval.resolved_by }] : []),
    ...(approval.resolved_at
      ? [{ label: 'Resolved', value: approval.resolved_at, kind: 'time' as const }]
      : []),
  ];
  return {
    kind: 'record',
    fields: fields.filter(({ value }) => value !== undefined && value !== null && value !== ''),
  };
}

function requester(approval: Approval): string {
  const who = [
    approval.agent_id && `agent ${approval.agent_id}`,
    approval.user_id && `for user ${approval.user_id}`,
    approval.requested_by && `with credential ${approval.requested_by}`,
  ].filter(Boolean);
  return who.join(' ');
}
