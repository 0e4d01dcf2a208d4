import type { TenantSnapshot } from '../../engine/types.js';
import type { TenantRegistry } from '../context.js';
import type { Store } from '../store/port.js';
import { createLanes } from './exclusive.js';
import { readSnapshot } from './snapshot.js';

/**
 * Loads every tenant of the store; later ones appear with their first `reload`. `onLoaded` hears of each snapshot, so
 * that policies can be made ready before the first call needs them.
 */
export async function createTenantRegistry(
  store: Store,
  onLoaded: (snapshot: TenantSnapshot) => void = () => {},
): Promise<TenantRegistry> {
  const snapshots = new Map<string, TenantSnapshot>();
  const inChangeLane = createLanes();
  const inReloadLane = createLanes();
  let revision = 0;

  const registry: TenantRegistry = {
    snapshot: (tenantId) => snapshots.get(tenantId),
    // Reloads of a tenant queue up, so that an older read can never replace a newer one.
    reload: (tenantId) =>
      inReloadLane(tenantId, async () => {
        revision += 1;
        const known = snapshots.get(tenantId)?.bundles ?? [];
        const snapshot = await readSnapshot(store, tenantId, revision, known);
        if (snapshot === undefined) {
          snapshots.delete(tenantId);
          return;
        }
        snapshots.set(tenantId, snapshot);
        onLoaded(snapshot);
      }),
    exclusively: (tenantId, change) => inChangeLane(tenantId, change),
  };
  const tenants = await store.read.selectFrom('tenants').select('tenant_id').execute();
  for (const { tenant_id: tenantId } of tenants) await registry.reload(tenantId);
  return registry;
}
