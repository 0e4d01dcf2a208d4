import type { CompiledQuery } from 'kysely';
import type { ServerContext } from '../context.js';
import { isProviderSlug } from './connectors.js';
import { providerColumns, storedProvider, type StoredProvider } from './provider-row.js';

type Reader = Pick<ServerContext, 'store'>;

export async function listProviders({ store }: Reader, tenantId: string): Promise<StoredProvider[]> {
  const rows = await store.read
    .selectFrom('mdm_providers')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('provider')
    .execute();
  return rows.map(storedProvider).filter((stored) => stored !== undefined);
}

export async function findProvider(
  { store }: Reader,
  tenantId: string,
  provider: string,
): Promise<StoredProvider | undefined> {
  if (!isProviderSlug(provider)) return undefined;
  const row = await store.read
    .selectFrom('mdm_providers')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('provider', '=', provider)
    .executeTakeFirst();
  return row === undefined ? undefined : storedProvider(row);
}

export function saveProvider({ store }: Reader, tenantId: string, stored: StoredProvider): CompiledQuery {
  const row = providerColumns(tenantId, stored);
  const { tenant_id: _tenant, provider: _provider, created_at: _created, ...changing } = row;
  return store.build
    .insertInto('mdm_providers')
    .values(row)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'provider']).doUpdateSet(changing))
    .compile();
}
