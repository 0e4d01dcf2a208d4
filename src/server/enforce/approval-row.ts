import type { Selectable } from 'kysely';
import type { Principal } from '../http/port.js';
import type { Database } from '../store/schema.js';
import { isObject } from './call-request.js';
import { isSelfApproved, type ApprovalRow } from './hold-reply.js';

export type VoteRow = Selectable<Database['approval_votes']>;

/** An approval as the contract names it: everything an approver needs to judge, and no secret of the call. */
export function approvalRow(row: ApprovalRow, votes: readonly VoteRow[]): object {
  const held = parseObject(row.request);
  return {
    approval_id: row.approval_id,
    status: row.status,
    reason: row.reason,
    agent_id: row.agent_id,
    tool_name: row.tool_name,
    session_id: row.session_id,
    user_id: row.user_id,
    hold_token: row.hold_token,
    violation_id: row.violation_id,
    risk_score: row.risk_score,
    risk_tier: row.risk_tier,
    environment: row.environment,
    request: isObject(held.tool_args) ? held.tool_args : null,
    matched_rule_ids: parseTexts(row.rule_ids),
    decision_reason_code: textOrNull(held.reason_code),
    session_intent: textOrNull(held.session_intent),
    requested_by: textOrNull(held.requester),
    required_approvers: row.required_approvers,
    approvals: votes.map((vote) => ({
      decision: vote.decision,
      resolved_by: vote.principal,
      resolved_at: iso(vote.voted_at),
    })),
    requested_at: iso(row.created_at),
    created_at: iso(row.created_at),
    expires_at: iso(row.expires_at),
    resolved_at: row.resolved_at === null ? null : iso(row.resolved_at),
    resolved_by: row.resolved_by,
    ...(isSelfApproved(row) ? { self_approved: true } : {}),
    ...(row.decision_literal === null ? {} : { decision: row.decision_literal }),
    ...(row.resolution_reason === null ? {} : { resolution_reason: row.resolution_reason }),
  };
}

/** The same approval as it stood at an earlier moment, when only the votes up to `time` had been given. */
export function approvalRowAsOf(row: ApprovalRow, votes: readonly VoteRow[], time: number): object {
  const open: ApprovalRow = {
    ...row,
    status: 'pending',
    resolved_at: null,
    resolved_by: null,
    decision_literal: null,
    resolution_reason: null,
  };
  return approvalRow(
    open,
    votes.filter((vote) => vote.voted_at <= time),
  );
}

/** True for the caller of the held call. A rotated key and a second session bear the name of the first: still the same. */
export function madeTheCall(
  row: Pick<ApprovalRow, 'request' | 'requested_by'>,
  { credentialId, name }: Pick<Principal, 'credentialId' | 'name'>,
): boolean {
  return row.requested_by === credentialId || textOrNull(parseObject(row.request).requester) === name;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function parseTexts(text: string): readonly string[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) return [];
  const list: unknown[] = value;
  return list.filter((entry) => typeof entry === 'string');
}
