import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import { deadHold, isDead, readApproval, type Approval, type ApprovalsApi } from './read.js';

export interface WaitOptions {
  readonly timeoutSeconds: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Polls until someone resolves the approval and returns it, approved or denied.
 * @throws ThothctlError `approval_pending` (exit 8) at the deadline, `approval_expired` or `approval_withdrawn` (exit 7) for a dead hold.
 */
export async function waitForVerdict(
  api: ApprovalsApi,
  approvalId: string,
  options: WaitOptions,
): Promise<Approval> {
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  for (;;) {
    const approval = await readApproval(api, approvalId, options.signal);
    if (isDead(approval, Date.now())) throw deadHold(approval);
    if (approval.status !== 'pending') return approval;
    const left = deadline - Date.now();
    if (left <= 0) {
      throw new ThothctlError({
        code: 'approval_pending',
        message: `approval ${approvalId} is still pending after ${options.timeoutSeconds} s`,
        exit: 'pending',
        fix: 'wait longer with --timeout, or resolve it with `thothctl approvals approve` or `deny`',
        details: { approval },
      });
    }
    await delay(Math.min(options.intervalMs ?? 1000, left), undefined, { signal: options.signal });
  }
}
