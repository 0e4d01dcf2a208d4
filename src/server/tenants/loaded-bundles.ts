import type { BundleSource } from '../../engine/types.js';
import type { Store } from '../store/port.js';
import { loadedBundles } from './effective-bundles.js';
import { textList } from './json-documents.js';

/**
 * The bundles the engine evaluates. Versions never change, so a source already in memory is used again as the same
 * object, and only policies not yet known are read: a tenant may hold a thousand, and each push reloads it.
 */
export async function readLoadedBundles(
  store: Store,
  tenantId: string,
  known: readonly BundleSource[],
): Promise<BundleSource[]> {
  const rows = await store.read
    .selectFrom('policy_bundles')
    .select([
      'id',
      'name',
      'version',
      'framework',
      'policy_hash',
      'assignments',
      'status',
      'enforcement_mode',
      'evaluable',
    ])
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .execute();
  const loaded = loadedBundles(
    rows.map((row) => ({
      ...row,
      enforcementMode: row.enforcement_mode,
      assignments: textList(JSON.parse(row.assignments)),
    })),
  );

  const inMemory = new Map(known.map((bundle) => [bundle.id, bundle]));
  const sources: BundleSource[] = [];
  for (const { bundle, binding } of loaded) {
    const same = inMemory.get(bundle.id);
    if (same?.binding === binding) {
      sources.push(same);
      continue;
    }
    sources.push({
      id: bundle.id,
      name: bundle.name,
      version: bundle.version,
      framework: bundle.framework === 'CEDAR' ? 'CEDAR' : 'OPA',
      rawPolicy: same?.rawPolicy ?? (await readPolicyText(store, tenantId, bundle.id)),
      policyHash: bundle.policy_hash,
      assignments: bundle.assignments,
      binding,
      evaluable: bundle.evaluable === 1,
    });
  }
  return sources;
}

async function readPolicyText(store: Store, tenantId: string, id: string): Promise<string> {
  const row = await store.read
    .selectFrom('policy_bundles')
    .select('raw_policy')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row.raw_policy;
}
