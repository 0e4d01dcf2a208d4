import type { DesiredBundle, RemoteBundle } from '../bundle.js';
import { policyHash } from '../content-hash.js';
import { newestByName } from '../diff.js';
import { inParallel } from '../in-parallel.js';
import { policyText, remoteBundles, type PolicyApi } from '../remote.js';

const READERS = 8;

/**
 * Versions of the tenant that would still decide after a push of the directory: of names it does not have, and of those it
 * only stages. Of a name, the newest version that is not staged governs.
 * @throws ThothctlError `policy_text_withheld` when one cannot be read: without it nobody knows what would change.
 */
export async function staysInForce(
  api: PolicyApi,
  wanted: readonly DesiredBundle[],
  signal: AbortSignal | undefined,
): Promise<readonly DesiredBundle[]> {
  const replaced = new Set(wanted.filter(({ status }) => status !== 'staged').map(({ name }) => name));
  const versions = (await remoteBundles(api, signal)).filter(({ status }) => status !== 'staged');
  const governing = [...newestByName(versions).values()].filter(
    ({ name, status }) => status === 'active' && !replaced.has(name),
  );
  const staying: DesiredBundle[] = [];
  await inParallel(governing, READERS, async (bundle) => {
    signal?.throwIfAborted();
    staying.push(asDesired(bundle, await policyText(api, bundle, signal)));
  });
  return staying.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function asDesired(bundle: RemoteBundle, rawPolicy: string): DesiredBundle {
  return {
    name: bundle.name,
    framework: bundle.framework.toUpperCase() === 'CEDAR' ? 'CEDAR' : 'OPA',
    file: bundle.name,
    rawPolicy,
    lineOffset: 0,
    policyHash: policyHash(rawPolicy),
    assignments: bundle.assignments,
    mode: bundle.enforcement_mode === 'observe' ? 'observe' : 'enforce',
    status: 'active',
    description: '',
  };
}
