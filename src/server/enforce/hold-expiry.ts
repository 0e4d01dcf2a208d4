import type { ServerContext } from '../context.js';
import { StoreConflict } from '../store/port.js';
import { SERVER_ACTOR } from '../tenants/recorded-change.js';
import { endHold } from './end-hold.js';
import type { ApprovalRow } from './hold-reply.js';

const BATCH = 200;

/** Resolves a hold nobody answered in time. False when it was resolved in the meantime by someone else. */
export async function expireHold(context: ServerContext, row: ApprovalRow): Promise<boolean> {
  try {
    await endHold(context, row, {
      becomes: { status: 'expired', resolution_reason: 'timeout' },
      verb: 'expire',
      actor: SERVER_ACTOR,
      facts: { expires_at: iso(row.expires_at) },
      now: context.clock.now(),
    });
    return true;
  } catch (error) {
    if (error instanceof StoreConflict) return false;
    throw error;
  }
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
