import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import { storedBundle, type StoredBundle } from './bundle-row.js';

type Reader = Pick<ServerContext, 'store'>;

/** Every version that was not deleted, newest first. */
export async function listBundles({ store }: Reader, tenantId: string): Promise<StoredBundle[]> {
  const rows = await store.read
    .selectFrom('policy_bundles')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(storedBundle);
}

/** One version, or 404. */
export async function findBundle({ store }: Reader, tenantId: string, id: string): Promise<StoredBundle> {
  const row = await store.read
    .selectFrom('policy_bundles')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw new HttpError(404, 'not_found', 'no such policy bundle');
  return storedBundle(row);
}
