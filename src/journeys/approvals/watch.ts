import { ThothctlError } from '../../errors/index.js';
import type { RowStream } from '../../output/port.js';
import { APPROVALS, followNew, type FollowApi } from '../follow/index.js';
import { isDead, readApproval, type Approval } from './read.js';
import { resolveApproval, verdictText } from './resolve.js';

export type HoldChoice = 'approve' | 'deny' | 'skip';

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly notice: (text: string) => void;
  /** Asks what to do with a hold; absent when nobody can be asked, and then holds are only announced. */
  readonly ask: ((approval: Approval) => Promise<HoldChoice>) | undefined;
  /** Also the holds that are pending already. */
  readonly includePending: boolean;
}

/**
 * Announces each new hold once, and once more when its caller withdraws it; with an attended terminal resolves it in
 * place. Ends on abort.
 */
export async function watchHolds(api: FollowApi, stream: RowStream, options: WatchOptions): Promise<void> {
  const announced = new Set<string>();
  const announce = async (approvalId: string): Promise<void> => {
    if (announced.has(approvalId)) return;
    announced.add(approvalId);
    const approval = await readApproval(api, approvalId, options.signal);
    if (approval.status !== 'pending' || isDead(approval, Date.now())) return;
    await stream.write({ ...approval });
    if (options.ask !== undefined) await resolveInPlace(api, approval, options);
  };
  const announcePending = async (): Promise<void> => {
    const pending = { query: { status: 'pending' } } as const;
    const { data } = await api.call('listApprovals', pending, { signal: options.signal });
    for (const approval of [...data].reverse()) await announce(approval.approval_id);
  };
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  try {
    // Before the list is read: a hold made in between would be in neither.
    const changes = await followNew(api, APPROVALS, { signal, notice: options.notice });
    if (options.includePending) await announcePending();
    for await (const { row } of changes) {
      const id = row['approval_id'];
      if (typeof id !== 'string') continue;
      if (row['status'] === 'pending') await announce(id);
      else if (row['status'] === 'withdrawn' && announced.has(id)) await stream.write({ ...row });
    }
  } catch (cause) {
    if (!options.signal.aborted) throw cause;
  } finally {
    over.abort();
  }
}

/** A verdict that comes too late or is refused is told and does not end the watch. */
async function resolveInPlace(api: FollowApi, approval: Approval, options: WatchOptions): Promise<void> {
  const choice = await options.ask?.(approval);
  if (choice === undefined || choice === 'skip') return;
  try {
    const result = await resolveApproval(api, approval.approval_id, choice, { signal: options.signal });
    options.notice(`${approval.approval_id}: ${verdictText(choice, result)}`);
  } catch (cause) {
    if (!(cause instanceof ThothctlError) || (cause.exit !== 'conflict' && cause.exit !== 'forbidden'))
      throw cause;
    options.notice(`${approval.approval_id}: ${cause.message}`);
  }
}
