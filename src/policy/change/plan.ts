import { usageError } from '../../errors/index.js';
import type { DesiredBundle, RemoteBundle } from '../bundle.js';
import { diffPolicy, newestByName, pendingChanges, type PolicyDiff } from '../diff.js';
import { faultyPolicy, type PolicyFault } from '../fault.js';
import { lintBundles } from '../lint/check.js';
import { loadSoundPolicy } from '../load.js';
import { remoteBundles, unknownBundles, type PolicyApi } from '../remote.js';
import { desiredFacts, digestOf, type Step } from './step.js';

export interface PlanOptions {
  /** Send what would govern as staged: observed first, promoted later. */
  readonly stage?: boolean;
  /** Delete bundles the directory does not name. */
  readonly prune?: boolean;
  readonly signal?: AbortSignal;
}

export interface PushPlan {
  readonly diff: PolicyDiff;
  readonly steps: readonly Step[];
  readonly warnings: readonly PolicyFault[];
  /** Stands for every bundle the directory wants. */
  readonly localDigest: string;
  /** Stands for the newest version of every bundle the plan is about. */
  readonly remoteDigest: string;
}

/** What the directory would change, without checking the policies themselves. One list request. */
export async function comparePolicy(api: PolicyApi, path: string, signal?: AbortSignal): Promise<PolicyDiff> {
  const bundles = await loadSoundPolicy(path, 'nothing was compared');
  return diffPolicy(bundles, await remoteBundles(api, signal));
}

/**
 * What a push would send. Policies that differ from the control plane are checked here, so a single bad file
 * stops the push before its first changing request.
 * @throws ThothctlError `policy_invalid` with every fault.
 */
export async function planPush(api: PolicyApi, path: string, options: PlanOptions = {}): Promise<PushPlan> {
  const bundles = await loadSoundPolicy(path, 'nothing was sent');
  const remote = await remoteBundles(api, options.signal);
  const plan = decideSteps(bundles, remote, options);
  const findings = await lintBundles(
    plan.steps.flatMap((step) =>
      step.action === 'create' || step.action === 'change' ? [step.desired] : [],
    ),
    options.signal,
  );
  if (findings.some((fault) => fault.severity === 'error')) throw faultyPolicy(findings, 'nothing was sent');
  return { ...plan, warnings: findings };
}

/** The pure part of a plan; independent of the order of either side. */
export function decideSteps(
  bundles: readonly DesiredBundle[],
  remote: readonly RemoteBundle[],
  options: Pick<PlanOptions, 'stage' | 'prune'> = {},
): Omit<PushPlan, 'warnings'> {
  const wanted = options.stage === true ? asStaged(bundles, remote) : bundles;
  const diff = diffPolicy(wanted, remote);
  const pruned = options.prune === true ? diff.unmanaged : [];
  const steps: Step[] = pendingChanges(diff).map((change) => ({
    action: change.action === 'create' ? 'create' : 'change',
    name: change.desired.name,
    desired: change.desired,
    newest: change.remote,
  }));
  const versions = versionsOf(remote, new Set(pruned.map(({ name }) => name)));
  for (const newest of pruned)
    steps.push({ action: 'delete', name: newest.name, newest, versions: versions.get(newest.name) ?? [] });
  const about = new Set([...bundles, ...pruned].map(({ name }) => name));
  return {
    diff,
    steps: steps.sort((a, b) => (a.name < b.name ? -1 : 1)),
    localDigest: digestOf(bundles.map((bundle) => JSON.stringify([bundle.name, ...desiredFacts(bundle)]))),
    remoteDigest: digestOf(
      [...newestByName(remote).values()]
        .filter(({ name }) => about.has(name))
        .map(({ name, id }) => JSON.stringify([name, id])),
    ),
  };
}

/** Of each of the names every version, oldest first. */
function versionsOf(
  remote: readonly RemoteBundle[],
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly RemoteBundle[]> {
  const found = new Map<string, RemoteBundle[]>();
  for (const bundle of [...remote].sort((a, b) => a.version - b.version)) {
    if (!names.has(bundle.name)) continue;
    const known = found.get(bundle.name);
    if (known === undefined) found.set(bundle.name, [bundle]);
    else known.push(bundle);
  }
  return found;
}

/** What differs and would govern is sent to be observed first; what is already in force stays as it is. */
function asStaged(bundles: readonly DesiredBundle[], remote: readonly RemoteBundle[]): DesiredBundle[] {
  const differing = new Set(pendingChanges(diffPolicy(bundles, remote)).map(({ desired }) => desired.name));
  return bundles.map((bundle) =>
    differing.has(bundle.name) && bundle.status === 'active'
      ? { ...bundle, mode: 'observe', status: 'staged' }
      : bundle,
  );
}

/** The newest versions that wait, staged, to be put in force. */
export async function planPromotion(
  api: PolicyApi,
  names: readonly string[],
  options: { readonly all: boolean; readonly signal?: AbortSignal },
): Promise<readonly Step[]> {
  const newest = newestByName(await remoteBundles(api, options.signal));
  if (!options.all) requireKnown(newest, names);
  return (options.all ? [...newest.keys()] : [...new Set(names)]).sort().flatMap((name): Step[] => {
    const bundle = newest.get(name);
    if (bundle?.status !== 'staged') return [];
    return [{ action: 'promote', name, from: bundle, newest: bundle, mode: 'enforce', status: 'active' }];
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
