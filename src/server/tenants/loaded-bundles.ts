import type { BundleSource } from '../../engine/types.js';
import type { Store } from '../store/port.js';
import { loadedBundles } from './effective-bundles.js';
import { textList } from './json-documents.js';

/**
 * The bundles the engine evaluates, by name. Versions never change, so a source already in memory is used again as the
 * same object, and only policies not yet known are read.
 * @param name only the bundle of this name is read; the others stay as they are in `known`. A push of a thousand bundles
 * is a thousand changes, and reading all of them for each would make it quadratic.
 */
export async function readLoadedBundles(
  store: Store,
  tenantId: string,
  known: readonly BundleSource[],
  name?: string,
): Promise<BundleSource[]> {
  const all = store.read
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
    .where('deleted_at', 'is', null);
  const rows = await (name === undefined ? all : all.where('name', '=', name)).execute();
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
  return name === undefined ? sources : inPlaceOf(name, known, sources);
}

/** `known`, which is in the order of the names, with the sources of one name replaced. */
function inPlaceOf(
  name: string,
  known: readonly BundleSource[],
  sources: readonly BundleSource[],
): BundleSource[] {
  const from = known.findIndex((bundle) => bundle.name >= name);
  if (from === -1) return [...known, ...sources];
  const rest = known.slice(from).filter((bundle) => bundle.name !== name);
  return [...known.slice(0, from), ...sources, ...rest];
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
