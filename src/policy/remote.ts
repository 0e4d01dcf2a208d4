import { ThothctlError } from '../errors/index.js';
import type { GovApi } from '../govapi/client.js';
import type { RemoteBundle } from './bundle.js';
import { newestByName } from './diff.js';

/** What the policy service needs of the control-plane client. */
export type PolicyApi = Pick<GovApi, 'call' | 'tenantId' | 'baseUrl' | 'extended'>;

/** Every bundle version the control plane lists, in one request. */
export async function remoteBundles(api: PolicyApi, signal?: AbortSignal): Promise<readonly RemoteBundle[]> {
  const { data } = await api.call('listPolicyBundles', {}, { signal });
  return data;
}

/** Newest version of each name, by name. */
export async function newestBundles(api: PolicyApi, signal?: AbortSignal): Promise<readonly RemoteBundle[]> {
  return [...newestByName(await remoteBundles(api, signal)).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** Every version of one bundle, newest first; empty when the name is unknown. */
export async function bundleHistory(
  api: PolicyApi,
  name: string,
  signal?: AbortSignal,
): Promise<readonly RemoteBundle[]> {
  const all = await remoteBundles(api, signal);
  return all.filter((bundle) => bundle.name === name).sort((a, b) => b.version - a.version);
}

export function unknownBundles(names: readonly string[]): ThothctlError {
  return new ThothctlError({
    code: 'not_found',
    message: `the control plane has no bundle ${names.join(', ')}`,
    exit: 'notFound',
    fix: '`thothctl policy list` shows the names',
  });
}

/** Text of a version; lists leave it out. */
export async function policyText(
  api: PolicyApi,
  bundle: RemoteBundle,
  signal?: AbortSignal,
): Promise<string> {
  if (typeof bundle.raw_policy === 'string') return bundle.raw_policy;
  const { raw_policy } = await api.call('getPolicyBundle', { path: { bundleId: bundle.id } }, { signal });
  if (typeof raw_policy === 'string') return raw_policy;
  throw new ThothctlError({
    code: 'policy_text_withheld',
    message: `the control plane does not show the policy of ${bundle.name} version ${bundle.version}`,
    exit: 'usage',
    fix: 'push it from the files it came from',
  });
}
