import { ThothctlError } from '../../errors/index.js';
import type { OperationOutput } from '../../contract/index.js';
import { deadHold, isDead, readApproval, type ApprovalsApi } from './read.js';

export type Verdict = 'approve' | 'deny';
export type Resolved = OperationOutput<'resolveApproval'>;

/**
 * Records a verdict in the name of the signed-in principal; nothing in the request says who decided.
 * @throws ThothctlError `approval_expired` or `approval_withdrawn` (exit 7) for a dead hold, the server's 403 for the requester itself.
 */
export async function resolveApproval(
  api: ApprovalsApi,
  approvalId: string,
  verdict: Verdict,
  options: { readonly reason?: string; readonly signal?: AbortSignal } = {},
): Promise<Resolved> {
  try {
    return await api.call(
      'resolveApproval',
      {
        path: { approvalId },
        body: { decision: verdict, ...(options.reason === undefined ? {} : { reason: options.reason }) },
      },
      { signal: options.signal },
    );
  } catch (cause) {
    if (!(cause instanceof ThothctlError) || cause.exit !== 'conflict') throw cause;
    // 409 has two meanings for an approver: someone else was first, or nobody can decide any more.
    const approval = await readApproval(api, approvalId, options.signal).catch(() => undefined);
    if (approval !== undefined && isDead(approval, Date.now())) throw deadHold(approval);
    throw new ThothctlError({
      code: cause.code,
      message:
        approval === undefined || approval.status === 'pending'
          ? cause.message
          : `approval ${approvalId} was already ${approval.status}${approval.resolved_by ? ` by ${approval.resolved_by}` : ''}`,
      exit: 'conflict',
      fix: `look at it with \`thothctl approvals show ${approvalId}\``,
      requestId: cause.requestId,
      ...(approval === undefined ? {} : { details: { approval } }),
      cause,
    });
  }
}

/** What became of a verdict. One that stood already is told with whose it is and why: the new reason was not kept. */
export function verdictText(verdict: Verdict, result: Resolved): string {
  const by = result.resolved_by ?? 'you';
  if (result.status === 'pending') return `recorded for ${by}; another approver is needed`;
  const done = verdict === 'approve' ? 'approved' : 'denied';
  if (result.already_resolved !== true) return `${done} by ${by}`;
  const reason =
    result.resolution_reason === undefined
      ? 'no reason'
      : `the reason ${JSON.stringify(result.resolution_reason)}`;
  return `was already ${done} by ${by}, with ${reason}; nothing was changed`;
}
