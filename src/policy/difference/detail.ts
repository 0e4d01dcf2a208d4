import type { DesiredBundle, RemoteBundle } from '../bundle.js';
import type { BundleChange, PolicyDiff } from '../diff.js';
import { inParallel } from '../in-parallel.js';
import { policyText, type PolicyApi } from '../remote.js';
import { unifiedDiff } from './lines.js';
import { ruleChanges, type RuleChange } from './rules.js';

/** Policies fetched to be compared; the list has hashes only. */
const SHOWN = 200;
const CONCURRENCY = 8;

interface SettingChange {
  readonly member: string;
  readonly from: string;
  readonly to: string;
}

/** How one bundle changes: what it governs, what its rules say, and its text. */
export interface ChangeDetail {
  readonly name: string;
  readonly settings: readonly SettingChange[];
  readonly rules: readonly RuleChange[];
  /** Unified diff, empty when the text stays as it is. */
  readonly patch: string;
}

export interface DetailedDiff {
  readonly details: readonly ChangeDetail[];
  /** Changed bundles that are not detailed, since there are too many. */
  readonly omitted: number;
}

/** Details of every bundle that changes, by name. Fetches the texts that are to be replaced, and those alone. */
export async function detailChanges(
  api: PolicyApi,
  diff: PolicyDiff,
  signal?: AbortSignal,
): Promise<DetailedDiff> {
  const changed = diff.changes.filter(({ action }) => action === 'change');
  const shown = changed.slice(0, SHOWN);
  const before = new Map<string, string>();
  await inParallel(
    shown.filter(({ members }) => members.includes('content')),
    CONCURRENCY,
    async ({ desired, remote }) => {
      if (remote !== undefined) before.set(desired.name, await policyText(api, remote, signal));
    },
  );
  return {
    details: shown.flatMap((change) => detailOf(change, before.get(change.desired.name))),
    omitted: changed.length - shown.length,
  };
}

function detailOf({ desired, remote }: BundleChange, before: string | undefined): ChangeDetail[] {
  if (remote === undefined) return [];
  return [
    {
      name: desired.name,
      settings: settingChanges(desired, remote),
      rules: before === undefined ? [] : ruleChanges(desired.framework, before.trim(), desired.rawPolicy),
      patch: before === undefined ? '' : unifiedDiff(before.trim(), desired.rawPolicy),
    },
  ];
}

function settingChanges(desired: DesiredBundle, remote: RemoteBundle): SettingChange[] {
  const pairs: readonly SettingChange[] = [
    { member: 'framework', from: remote.framework.toUpperCase(), to: desired.framework },
    { member: 'assignments', from: listed(remote.assignments), to: listed(desired.assignments) },
    { member: 'mode', from: remote.enforcement_mode, to: desired.mode },
    { member: 'status', from: remote.status, to: desired.status },
    { member: 'description', from: (remote.description ?? '').trim(), to: desired.description },
  ];
  return pairs.filter(({ from, to }) => from !== to);
}

function listed(assignments: readonly string[]): string {
  return assignments.length === 0 ? 'all' : [...assignments].sort().join(' ');
}
