import type { PolicyExceptionReview } from '../../../contract/govapi/types.js';
import type { Override } from '../../../engine/exceptions/override.js';
import { HttpError } from '../../http/port.js';
import { parseDocument, type JsonObject } from '../json-documents.js';
import { approvedChange, changeTerms, type ApprovedChange } from './approved-change.js';
import { readCited } from './cited-violation.js';
import { isApproved, isFinal, statusOf, type ExceptionRow } from './exception-row.js';

const STATUS_OF = {
  approve: 'approved',
  deny: 'denied',
  request_changes: 'under_review',
  approve_with_modification: 'approved_with_modification',
} as const;

export interface Reviewed {
  readonly row: ExceptionRow;
  /** Present with an approval. */
  readonly change: ApprovedChange | undefined;
}

/**
 * The exception after a verdict. A final one takes no further verdict (409). An approval that names the end of its override
 * makes one, provided there are rules it may set aside; without an end there is none, for it would never be taken back.
 */
export function reviewed(row: ExceptionRow, body: PolicyExceptionReview, now: number): Reviewed {
  if (isFinal(statusOf(row))) {
    throw new HttpError(409, 'exception_already_reviewed', `the exception is ${row.status} already`);
  }
  const terms = changeTerms(body.policy_change);
  const expiresAt = body.override_expires_at === undefined ? undefined : Date.parse(body.override_expires_at);
  if (expiresAt !== undefined && !(expiresAt > now)) {
    const field = 'override_expires_at';
    throw new HttpError(400, 'invalid_request', `${field} is not in the future`, { field });
  }
  const status = STATUS_OF[body.review_decision];
  const next: ExceptionRow = {
    ...row,
    status,
    reviewed_by: body.reviewed_by,
    document: JSON.stringify(reviewedDocument(row, body, now)),
    updated_at: now,
  };
  if (!isApproved(status)) return { row: next, change: undefined };
  const change = approvedChange(row.request_id, citedOf(row), body.target_environment, terms);
  return { row: { ...next, override: overrideFor(change, expiresAt) }, change };
}

/** What the approval of a stored exception lets happen. */
export function approvalOf(row: ExceptionRow): ApprovedChange {
  const document = parseDocument(row.document);
  const { policy_change: change, target_environment: target } = document;
  const terms = changeTerms(typeof change === 'object' && change !== null ? { ...change } : undefined);
  return approvedChange(row.request_id, citedOf(row), typeof target === 'string' ? target : undefined, terms);
}

function reviewedDocument(row: ExceptionRow, body: PolicyExceptionReview, now: number): JsonObject {
  const { reviewed_by: _by, ...verdict } = body;
  return { ...parseDocument(row.document), ...verdict, reviewed_at: new Date(now).toISOString() };
}

function citedOf(row: ExceptionRow) {
  return {
    agentId: row.agent_id ?? undefined,
    toolName: row.tool_name ?? undefined,
    ...readCited(row.cited),
  };
}

function overrideFor(change: ApprovedChange, expiresAt: number | undefined): string | null {
  const { agentId, toolName, ruleIds, environment, purpose, maxSensitivity, hold } = change;
  const complete = agentId !== undefined && toolName !== undefined && ruleIds.length > 0;
  if (!complete || expiresAt === undefined) return null;
  const stored: Omit<Override, 'requestId'> = {
    ruleIds,
    environment,
    purpose,
    maxSensitivity,
    hold,
    expiresAt,
  };
  return JSON.stringify(stored);
}
