import type { Kysely } from 'kysely';
import type { WriteUnit } from '../store/port.js';
import type { Database } from '../store/schema.js';
import type { ApprovalRow } from './hold-reply.js';

/** Fails the unit unless the hold is still open when the writer applies it: two resolutions can never both win. */
export function pendingGuard(
  build: Kysely<Database>,
  row: Pick<ApprovalRow, 'tenant_id' | 'approval_id'>,
): NonNullable<WriteUnit['guards']>[number] {
  const query = build
    .selectFrom('approvals')
    .select('approval_id')
    .where('tenant_id', '=', row.tenant_id)
    .where('approval_id', '=', row.approval_id)
    .where('status', '=', 'pending')
    .compile();
  return { query, rows: 1 };
}
