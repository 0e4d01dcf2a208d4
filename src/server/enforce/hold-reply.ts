import type { Selectable } from 'kysely';
import type { Database } from '../store/schema.js';

export type ApprovalRow = Selectable<Database['approvals']>;

/** How an answer of the session's own user is kept; its literals are no word an approver can say. */
export const SELF_VERDICTS = {
  approve: { status: 'approved', literal: 'self_approved', verb: 'self_approve' },
  decline: { status: 'denied', literal: 'self_declined', verb: 'self_decline' },
} as const;

/** Room for an approver's own words in a reason that ends up in error texts. */
const MAX_REASON = 500;

/**
 * A hold as the SDKs poll it. A pending one says `decision: STEP_UP`, without which TypeScript takes it for a refusal; a
 * resolved one says its word three times over, because each SDK reads another member. The words `timeout` and `denied`
 * in the reason are how Go tells the cases apart. An approval lets nothing run on an endpoint that is stopped by now.
 */
export function holdReply(row: ApprovalRow, stoppedEndpoint?: string): object {
  if (row.status === 'pending') {
    return {
      token: row.hold_token,
      resolved: false,
      decision: 'STEP_UP',
      expires_at: new Date(row.expires_at).toISOString(),
    };
  }
  const word = row.status === 'approved' && stoppedEndpoint === undefined ? 'ALLOW' : 'BLOCK';
  return {
    token: row.hold_token,
    resolved: true,
    resolution: word,
    decision: word,
    authorization_decision: word,
    ...(stoppedEndpoint === undefined ? outcome(row) : stopped(stoppedEndpoint)),
    ...(row.violation_id === null ? {} : { violation_id: row.violation_id }),
    ...(isSelfApproved(row) ? { self_approved: true } : {}),
    ...(row.resolved_by === null ? {} : { resolved_by: row.resolved_by }),
    ...(row.resolved_at === null ? {} : { resolved_at: new Date(row.resolved_at).toISOString() }),
  };
}

/** The session's own user answered, not an approver. */
export function isSelfApproved({ decision_literal }: Pick<ApprovalRow, 'decision_literal'>): boolean {
  return decision_literal === SELF_VERDICTS.approve.literal;
}

function stopped(endpointId: string): ReturnType<typeof outcome> {
  return {
    decision_reason_code: 'endpoint_quarantined',
    reason: `the endpoint ${endpointId} was quarantined after the call was held`,
  };
}

function outcome(row: ApprovalRow): { decision_reason_code: string; reason: string } {
  const words = row.resolution_reason === null ? '' : `: ${row.resolution_reason.slice(0, MAX_REASON)}`;
  switch (row.status) {
    case 'approved':
      if (isSelfApproved(row)) {
        return {
          decision_reason_code: 'self_approved',
          reason: `approved by the session's own user ${row.user_id}`,
        };
      }
      return {
        decision_reason_code: 'approval_granted',
        reason: `approved by ${row.resolved_by ?? 'an approver'}${words}`,
      };
    case 'expired':
      return { decision_reason_code: 'step_up_timeout', reason: 'step-up timeout, nobody answered in time' };
    case 'withdrawn':
      return { decision_reason_code: 'hold_withdrawn', reason: 'the caller withdrew the call' };
    default:
      if (row.decision_literal === SELF_VERDICTS.decline.literal) {
        return {
          decision_reason_code: 'self_declined',
          reason: `denied by the session's own user ${row.user_id}`,
        };
      }
      return {
        decision_reason_code: 'approval_denied',
        reason: `denied by ${row.resolved_by ?? 'an approver'}${words}`,
      };
  }
}
