import { ThothctlError, usageError } from '../../errors/index.js';
import type { DesiredBundle, RemoteBundle } from '../bundle.js';
import { bareHash } from '../content-hash.js';
import { newestByName } from '../diff.js';
import { loadSoundPolicy } from '../load.js';
import { remoteBundles, unknownBundles, type PolicyApi } from '../remote.js';
import type { Step } from './step.js';

/** Bundles by name, or all that a directory wants in force. */
export type Promoted = { readonly names: readonly string[] } | { readonly directory: string };

/**
 * The newest versions that wait, staged, to be put in force. What a directory wants observed waits for nothing.
 * @throws ThothctlError `not_found`; `staged_differs` (exit 7) when a staged version is not what the directory holds.
 */
export async function planPromotion(
  api: PolicyApi,
  promoted: Promoted,
  signal?: AbortSignal,
): Promise<readonly Step[]> {
  const wanted =
    'directory' in promoted ? await loadSoundPolicy(promoted.directory, 'nothing was promoted') : undefined;
  const newest = newestByName(await remoteBundles(api, signal));
  if ('names' in promoted) requireKnown(newest, promoted.names);
  const names =
    'names' in promoted ? [...new Set(promoted.names)].sort() : namesInForce(wanted ?? [], newest);
  return names.flatMap((name): Step[] => {
    const bundle = newest.get(name);
    if (bundle?.status !== 'staged') return [];
    return [{ action: 'promote', name, from: bundle, newest: bundle, mode: 'enforce', status: 'active' }];
  });
}

function namesInForce(
  wanted: readonly DesiredBundle[],
  newest: ReadonlyMap<string, RemoteBundle>,
): readonly string[] {
  const waiting = wanted.filter(
    ({ name, status }) => status === 'active' && newest.get(name)?.status === 'staged',
  );
  const other = waiting.filter(
    ({ name, policyHash }) => bareHash(newest.get(name)?.policy_hash ?? '') !== policyHash,
  );
  if (other.length === 0) return waiting.map(({ name }) => name);
  throw new ThothctlError({
    code: 'staged_differs',
    message: `what is staged is not what the directory holds: ${other.map(({ name }) => name).join(', ')}; nothing was promoted`,
    exit: 'conflict',
    fix: 'stage the directory again with `thothctl policy push DIR --stage`, or promote what is staged by its name',
  });
}

/**
 * Back to an earlier version: the one named, or the latest before the one in force that said something else.
 * @throws ThothctlError `not_found`; `usage` when there is no such version.
 */
export async function planRollback(
  api: PolicyApi,
  name: string,
  options: { readonly to?: number | undefined; readonly signal?: AbortSignal },
): Promise<Step> {
  const remote = await remoteBundles(api, options.signal);
  const newest = newestByName(remote);
  requireKnown(newest, [name]);
  const versions = remote.filter((bundle) => bundle.name === name).sort((a, b) => b.version - a.version);
  const [top] = versions;
  const from =
    options.to === undefined ? previous(versions) : versions.find(({ version }) => version === options.to);
  if (top === undefined || from === undefined)
    throw usageError(
      options.to === undefined
        ? `no earlier version of ${name} says anything else`
        : `${name} has no version ${options.to}`,
      `\`thothctl policy history ${name}\` lists what there is`,
    );
  const mode = from.status === 'staged' || from.enforcement_mode !== 'observe' ? 'enforce' : 'observe';
  return { action: 'rollback', name, from, newest: top, mode, status: 'active' };
}

function previous(newestFirst: readonly RemoteBundle[]): RemoteBundle | undefined {
  const [inForce, ...older] = newestFirst.filter(({ status }) => status !== 'staged');
  return older.find(
    (bundle) =>
      bundle.policy_hash !== inForce?.policy_hash ||
      bundle.enforcement_mode !== inForce.enforcement_mode ||
      bundle.status !== inForce.status ||
      [...bundle.assignments].sort().join('\n') !== [...inForce.assignments].sort().join('\n'),
  );
}

function requireKnown(newest: ReadonlyMap<string, RemoteBundle>, names: readonly string[]): void {
  const unknown = names.filter((name) => !newest.has(name));
  if (unknown.length > 0) throw unknownBundles(unknown);
}
