import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import {
  bundleFacts,
  FACT_COLUMNS,
  storedBundle,
  type BundleFacts,
  type StoredBundle,
} from './bundle-row.js';

type Reader = Pick<ServerContext, 'store'>;

/** Every version that was not deleted, newest first, without policy text. */
export async function listBundles({ store }: Reader, tenantId: string): Promise<BundleFacts[]> {
  const rows = await store.read
    .selectFrom('policy_bundles')
    .select(FACT_COLUMNS)
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(bundleFacts);
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
