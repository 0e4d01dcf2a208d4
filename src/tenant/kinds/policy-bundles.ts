import { comparable, type Fields, type Kind } from './kind.js';
import { writable } from './write-body.js';

const MEMBERS = ['framework', 'policy_hash', 'assignments', 'status', 'enforcement_mode', 'description'];

/** Newest version of each name. Its text is compared by digest; `raw_policy` only says how to write it. */
export const policyBundles: Kind = {
  section: 'policy_bundles',
  levels: 1,
  sets: ['assignments'],
  instructions: ['raw_policy'],
  async read(api, _asked, signal) {
    const { data } = await api.call('listPolicyBundles', {}, { signal });
    const newest = new Map<string, (typeof data)[number]>();
    for (const bundle of data) {
      if ((newest.get(bundle.name)?.version ?? 0) < bundle.version) newest.set(bundle.name, bundle);
    }
    return [...newest.values()].map((bundle) => ({
      identity: [bundle.name],
      fields: comparable(bundle, MEMBERS),
      handle: bundle.id,
    }));
  },
  async put(api, { identity: [name = ''], wanted, present }, signal) {
    const { policy_hash: _digest, ...given }: Fields = { ...present?.fields, ...wanted };
    const rawPolicy = given['raw_policy'] ?? (await textOf(api, present?.handle, signal));
    const body = await writable('createPolicyBundle', { ...given, name, raw_policy: rawPolicy });
    await api.call('createPolicyBundle', { body }, { signal });
  },
  async remove(api, { identity: [name = ''] }, signal) {
    const { data } = await api.call('listPolicyBundles', {}, { signal });
    const versions = data.filter((bundle) => bundle.name === name).sort((a, b) => a.version - b.version);
    // Oldest first: otherwise each deletion would put the version below in force for a moment.
    for (const { id } of versions)
      await api.call('deletePolicyBundle', { path: { bundleId: id } }, { signal });
  },
};

async function textOf(
  api: Parameters<Kind['put']>[0],
  bundleId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (bundleId === undefined) return undefined;
  const bundle = await api.call('getPolicyBundle', { path: { bundleId } }, { signal });
  return bundle.raw_policy ?? undefined;
}
