import type { BundleSource, TenantSnapshot } from '../../engine/types.js';
import type { TenantRegistry } from '../context.js';
import type { Store } from '../store/port.js';
import { createLanes } from './exclusive.js';
import { readQuarantine } from './endpoints/quarantine.js';
import { readLoadedBundles } from './loaded-bundles.js';
import { readGovernance, readSnapshot } from './snapshot.js';

/**
 * Loads every tenant of the store; later ones appear with their first `reload`. `onLoaded` hears of the bundles each
 * snapshot adds, so that policies can be made ready before the first call needs them.
 */
export async function createTenantRegistry(
  store: Store,
  onLoaded: (bundles: readonly BundleSource[], tenantId: string) => void = () => {},
): Promise<TenantRegistry> {
  const snapshots = new Map<string, TenantSnapshot>();
  const inChangeLane = createLanes();
  const inReloadLane = createLanes();
  let revision = 0;

  function replace(tenantId: string, snapshot: TenantSnapshot): void {
    const known = new Set(snapshots.get(tenantId)?.bundles);
    snapshots.set(tenantId, snapshot);
    onLoaded(
      snapshot.bundles.filter((bundle) => !known.has(bundle)),
      tenantId,
    );
  }

  const registry: TenantRegistry = {
    snapshot: (tenantId) => snapshots.get(tenantId),
    // Reloads of a tenant queue up, so that an older read can never replace a newer one.
    reload: (tenantId) =>
      inReloadLane(tenantId, async () => {
        revision += 1;
        const known = snapshots.get(tenantId)?.bundles ?? [];
        const snapshot = await readSnapshot(store, tenantId, revision, known);
        if (snapshot === undefined) snapshots.delete(tenantId);
        else replace(tenantId, snapshot);
      }),
    reloadBundle: (tenantId, name) =>
      inReloadLane(tenantId, async () => {
        const current = snapshots.get(tenantId);
        if (current === undefined) return;
        revision += 1;
        const bundles = await readLoadedBundles(store, tenantId, current.bundles, name);
        replace(tenantId, { ...current, revision, bundles });
      }),
    reloadQuarantine: (tenantId) =>
      inReloadLane(tenantId, async () => {
        const current = snapshots.get(tenantId);
        if (current === undefined) return;
        revision += 1;
        const quarantinedEndpoints = await readQuarantine(store, tenantId);
        replace(tenantId, { ...current, revision, quarantinedEndpoints });
      }),
    reloadGovernance: (tenantId) =>
      inReloadLane(tenantId, async () => {
        if (!snapshots.has(tenantId)) return;
        revision += 1;
        const governance = await readGovernance(store, tenantId);
        const current = snapshots.get(tenantId);
        if (current !== undefined) replace(tenantId, { ...current, ...governance, revision });
      }),
    exclusively: (tenantId, change) => inChangeLane(tenantId, change),
  };
  const tenants = await store.read.selectFrom('tenants').select('tenant_id').execute();
  for (const { tenant_id: tenantId } of tenants) await registry.reload(tenantId);
  return registry;
}
