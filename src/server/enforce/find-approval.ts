import { HttpError } from '../http/port.js';
import type { Store } from '../store/port.js';
import type { ApprovalRow } from './hold-reply.js';

/** @throws HttpError 404 for an id the tenant does not have */
export async function findApproval(store: Store, tenantId: string, approvalId: string): Promise<ApprovalRow> {
  const row = await store.read
    .selectFrom('approvals')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .executeTakeFirst();
  if (row === undefined) throw new HttpError(404, 'not_found', `there is no approval ${approvalId}`);
  return row;
}
