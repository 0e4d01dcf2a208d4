import type { DesiredBundle, RemoteBundle } from './bundle.js';
import { bareHash } from './content-hash.js';

type ChangedMember = 'content' | 'framework' | 'assignments' | 'enforcement_mode' | 'status' | 'description';

export interface BundleChange {
  readonly action: 'create' | 'change' | 'unchanged';
  readonly desired: DesiredBundle;
  /** Newest version on the control plane; absent for `create`. */
  readonly remote?: RemoteBundle;
  readonly members: readonly ChangedMember[];
}

export interface PolicyDiff {
  /** One entry per wanted bundle, by name. */
  readonly changes: readonly BundleChange[];
  /** Newest versions of bundles on the control plane that the directory does not name. They are left alone. */
  readonly unmanaged: readonly RemoteBundle[];
}

/** Compares a directory with the control plane. Pure; independent of the order of either side. */
export function diffPolicy(desired: readonly DesiredBundle[], remote: readonly RemoteBundle[]): PolicyDiff {
  const newest = newestByName(remote);
  const wanted = new Set(desired.map((bundle) => bundle.name));
  const changes = [...desired].sort(byName).map((bundle): BundleChange => {
    const current = newest.get(bundle.name);
    if (current === undefined) return { action: 'create', desired: bundle, members: [] };
    const members = changedMembers(bundle, current);
    return {
      action: members.length === 0 ? 'unchanged' : 'change',
      desired: bundle,
      remote: current,
      members,
    };
  });
  const unmanaged = [...newest.values()].filter((bundle) => !wanted.has(bundle.name)).sort(byName);
  return { changes, unmanaged };
}

/** The changes that need a request. */
export function pendingChanges(diff: PolicyDiff): readonly BundleChange[] {
  return diff.changes.filter((change) => change.action !== 'unchanged');
}

export function newestByName(remote: readonly RemoteBundle[]): Map<string, RemoteBundle> {
  const newest = new Map<string, RemoteBundle>();
  for (const bundle of remote) {
    const known = newest.get(bundle.name);
    if (known === undefined || bundle.version > known.version) newest.set(bundle.name, bundle);
  }
  return newest;
}

function changedMembers(desired: DesiredBundle, remote: RemoteBundle): ChangedMember[] {
  const members: ChangedMember[] = [];
  // Public sources disagree on what `policy_hash` covers, so equal text is equal content whatever the hash says.
  const sameContent =
    bareHash(remote.policy_hash) === desired.policyHash ||
    (typeof remote.raw_policy === 'string' && remote.raw_policy.trim() === desired.rawPolicy);
  if (!sameContent) members.push('content');
  if (remote.framework.toUpperCase() !== desired.framework) members.push('framework');
  if (!sameTargets(desired.assignments, remote.assignments)) members.push('assignments');
  if (remote.enforcement_mode !== desired.mode) members.push('enforcement_mode');
  if (statusWord(remote.status) !== desired.status) members.push('status');
  if ((remote.description ?? '').trim() !== desired.description) members.push('description');
  return members;
}

function sameTargets(desired: readonly string[], remote: readonly string[]): boolean {
  const left = new Set(desired.map(targetWord));
  const right = new Set(remote.length === 0 ? ['all'] : remote.map(targetWord));
  return left.size === right.size && [...left].every((word) => right.has(word));
}

/** A bare agent id and `agent:<id>` name the same target. */
function targetWord(word: string): string {
  const trimmed = word.trim();
  return trimmed === 'all' || trimmed.startsWith('agent:') ? trimmed : `agent:${trimmed}`;
}

function statusWord(status: string): string {
  return status === 'disabled' ? 'paused' : status;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
