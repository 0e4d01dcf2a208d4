import type { ServerContext } from '../context.js';
import type { Actor } from '../tenants/recorded-change.js';
import { approvalDraft, type ApprovalVerb } from './approval-record.js';
import type { ApprovalRow } from './hold-reply.js';
import { pendingGuard } from './pending-guard.js';

/** What a hold becomes, who made it so, and what its evidence says of that beside the status. */
export interface HoldEnd {
  readonly becomes: Pick<ApprovalRow, 'status'> &
    Partial<Pick<ApprovalRow, 'resolved_by' | 'decision_literal' | 'resolution_reason'>>;
  readonly verb: ApprovalVerb;
  readonly actor: Actor;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * Ends a pending hold with its evidence and tells those who wait for it.
 * @returns the hold as it is now
 * @throws StoreConflict when someone else ended it first; then nothing was changed
 */
export async function endHold(
  context: ServerContext,
  row: ApprovalRow,
  { becomes, verb, actor, facts, now }: HoldEnd,
): Promise<ApprovalRow> {
  const { build } = context.store;
  const ended = { ...becomes, resolved_at: now };
  await context.store.commit({
    tenantId: row.tenant_id,
    guards: [pendingGuard(build, row)],
    statements: [
      build
        .updateTable('approvals')
        .set(ended)
        .where('tenant_id', '=', row.tenant_id)
        .where('approval_id', '=', row.approval_id)
        .compile(),
    ],
    evidence: [approvalDraft(context, row, verb, actor, { status: becomes.status, ...facts }, now)],
  });
  context.streams.publish(row.tenant_id);
  return { ...row, ...ended };
}
