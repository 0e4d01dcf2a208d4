import type { GovApi } from '../govapi/client.js';
import type { RemoteBundle } from './bundle.js';
import { newestByName } from './diff.js';

/** What the policy service needs of the control-plane client. */
export type PolicyApi = Pick<GovApi, 'call' | 'tenantId'>;

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
