import type { PolicyException } from '../../../contract/govapi/types.js';
import type { Override } from '../../../engine/exceptions/override.js';
import type { Database } from '../../store/schema.js';
import { instant, isJsonObject, parseDocument, textList, textMember } from '../json-documents.js';

export type ExceptionRow = Database['policy_exceptions'];

const STATUSES: readonly PolicyException['status'][] = [
  'pending',
  'under_review',
  'approved',
  'denied',
  'approved_with_modification',
];

export function statusOf(row: Pick<ExceptionRow, 'status'>): PolicyException['status'] {
  return STATUSES.find((known) => known === row.status) ?? 'pending';
}

export function isFinal(status: PolicyException['status']): boolean {
  return status !== 'pending' && status !== 'under_review';
}

export function isApproved(status: PolicyException['status']): boolean {
  return status === 'approved' || status === 'approved_with_modification';
}

/** Only what was written comes back; the runtime override is ours, and stands apart. */
export function presentException(row: ExceptionRow, now: number): PolicyException {
  const document = parseDocument(row.document);
  const text = (member: string): string | null => textMember(document, member) ?? null;
  const change = document['policy_change'];
  const decision = REVIEWS.find((known) => known === document['review_decision']);
  return {
    ...document,
    request_id: row.request_id,
    tenant_id: row.tenant_id,
    violation_id: text('violation_id') ?? '',
    hold_token: text('hold_token'),
    agent_id: text('agent_id'),
    tool_name: text('tool_name'),
    requested_by: row.requested_by,
    alternatives_considered: text('alternatives_considered'),
    status: statusOf(row),
    reviewed_by: row.reviewed_by,
    review_decision: decision ?? null,
    review_notes: text('review_notes'),
    policy_change: isJsonObject(change) ? change : null,
    owner: text('owner'),
    target_environment: text('target_environment'),
    override_expires_at: text('override_expires_at'),
    reviewed_at: text('reviewed_at'),
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
    runtime_override: presentOverride(row, now),
  };
}

const REVIEWS = ['approve', 'deny', 'request_changes', 'approve_with_modification'] as const;

function presentOverride(row: ExceptionRow, now: number) {
  const override = overrideOf(row);
  if (override === undefined) return { status: 'none' as const };
  const status =
    row.override_revoked_at !== null ? 'revoked' : now < override.expiresAt ? 'active' : 'expired';
  return {
    status,
    agent_id: row.agent_id,
    tool_name: row.tool_name,
    environment: override.environment ?? null,
    effect: override.hold ? 'STEP_UP' : 'ALLOW',
    sets_aside: [...override.ruleIds],
  } as const;
}

/** The override as it was approved, whether or not it still counts. */
export function overrideOf(row: Pick<ExceptionRow, 'request_id' | 'override'>): Override | undefined {
  if (row.override === null) return undefined;
  const stored = parseDocument(row.override);
  const expiresAt = stored['expiresAt'];
  return {
    requestId: row.request_id,
    ruleIds: textList(stored['ruleIds']),
    environment: textMember(stored, 'environment'),
    purpose: textMember(stored, 'purpose'),
    maxSensitivity: textMember(stored, 'maxSensitivity'),
    hold: stored['hold'] !== false,
    expiresAt: typeof expiresAt === 'number' ? expiresAt : 0,
  };
}

/** True while calls rest on the override. */
export function overrideIsActive(row: ExceptionRow, now: number): boolean {
  const override = overrideOf(row);
  return override !== undefined && row.override_revoked_at === null && now < override.expiresAt;
}
