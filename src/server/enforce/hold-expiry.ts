import type { ServerContext } from '../context.js';
import { StoreConflict } from '../store/port.js';
import { SERVER_ACTOR } from '../tenants/recorded-change.js';
import { approvalDraft } from './approval-record.js';
import type { ApprovalRow } from './hold-reply.js';
import { pendingGuard } from './pending-guard.js';

const BATCH = 200;

/** Resolves a hold nobody answered in time. False when it was resolved in the meantime by someone else. */
export async function expireHold(context: ServerContext, row: ApprovalRow): Promise<boolean> {
  const now = context.clock.now();
  try {
    await context.store.commit({
      tenantId: row.tenant_id,
      guards: [pendingGuard(context.store.build, row)],
      statements: [
        context.store.build
          .updateTable('approvals')
          .set({ status: 'expired', resolved_at: now, resolution_reason: 'timeout' })
          .where('tenant_id', '=', row.tenant_id)
          .where('approval_id', '=', row.approval_id)
          .compile(),
      ],
      evidence: [
        approvalDraft(
          context,
          row,
          'expire',
          SERVER_ACTOR,
          { status: 'expired', expires_at: iso(row.expires_at) },
          now,
        ),
      ],
    });
  } catch (error) {
    if (error instanceof StoreConflict) return false;
    throw error;
  }
  context.streams.publish(row.tenant_id);
  return true;
}

/** Expires every hold that is due, of one tenant or of all. */
export async function expireDueHolds(context: ServerContext, tenantId?: string): Promise<void> {
  for (;;) {
    let due = context.store.read
      .selectFrom('approvals')
      .selectAll()
      .where('status', '=', 'pending')
      .where('expires_at', '<=', context.clock.now())
      .limit(BATCH);
    if (tenantId !== undefined) due = due.where('tenant_id', '=', tenantId);
    const rows = await due.execute();
    await Promise.all(rows.map((row) => expireHold(context, row)));
    if (rows.length < BATCH) return;
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
