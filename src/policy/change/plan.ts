import type { DesiredBundle, RemoteBundle } from '../bundle.js';
import { diffPolicy, newestByName, pendingChanges, type PolicyDiff } from '../diff.js';
import { faultyPolicy, type PolicyFault } from '../fault.js';
import { lintAssigned } from '../lint/reach.js';
import { loadSoundPolicy } from '../load.js';
import { remoteBundles, type PolicyApi } from '../remote.js';
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
  const findings = await lintAssigned(
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
