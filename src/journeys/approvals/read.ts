import { ThothctlError } from '../../errors/index.js';
import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';

export type Approval = OperationOutput<'listApprovals'>['data'][number];
export type ApprovalsApi = Pick<GovApi, 'call'>;

/**
 * One approval. A control plane without the single read is asked for its list, which is complete when no paging
 * parameter is sent.
 * @throws ThothctlError `approval_not_found`.
 */
export async function readApproval(
  api: ApprovalsApi,
  approvalId: string,
  signal?: AbortSignal,
): Promise<Approval> {
  try {
    return await api.call('getApproval', { path: { approvalId } }, { signal });
  } catch (cause) {
    if (
      !(cause instanceof ThothctlError) ||
      (cause.exit !== 'notFound' && cause.code !== 'not_supported_by_server')
    )
      throw cause;
    const { data } = await api.call('listApprovals', {}, { signal });
    const found = data.find((row) => row.approval_id === approvalId || row.hold_token === approvalId);
    if (found !== undefined) return found;
    throw new ThothctlError({
      code: 'approval_not_found',
      message: `there is no approval ${approvalId}`,
      exit: 'notFound',
      fix: 'list the queue with `thothctl approvals list --status pending`',
      requestId: cause.requestId,
      cause,
    });
  }
}

/** A hold that ended without a verdict, although the queue may still call it pending. */
export function isDead(approval: Approval, now: number): boolean {
  if (approval.status === 'expired' || approval.status === 'withdrawn') return true;
  return approval.status === 'pending' && !!approval.expires_at && Date.parse(approval.expires_at) <= now;
}

export function deadHold(approval: Approval): ThothctlError {
  const withdrawn = approval.status === 'withdrawn';
  const end = withdrawn ? approval.resolved_at : approval.expires_at;
  const when = end ? ` at ${end}` : '';
  return new ThothctlError({
    code: withdrawn ? 'approval_withdrawn' : 'approval_expired',
    message: withdrawn
      ? `the caller of approval ${approval.approval_id} withdrew the call${when}, so nobody waits for a verdict`
      : `the hold of approval ${approval.approval_id} ended${when} without a verdict, so the call was refused`,
    exit: 'conflict',
    fix: 'let the agent try the call again and resolve the new hold',
    details: { approval },
  });
}
