import type { PolicyDiff } from './diff.js';

/** A difference as machines read it; policy text is left out. */
export interface DiffReport {
  readonly tenant_id: string;
  readonly create: readonly string[];
  readonly change: readonly {
    readonly name: string;
    readonly id: string;
    readonly members: readonly string[];
  }[];
  readonly unchanged: number;
  readonly unmanaged: readonly string[];
}

export function diffReport(tenantId: string, diff: PolicyDiff): DiffReport {
  return {
    tenant_id: tenantId,
    create: diff.changes.filter((change) => change.action === 'create').map((change) => change.desired.name),
    change: diff.changes
      .filter((change) => change.action === 'change')
      .map((change) => ({
        name: change.desired.name,
        id: change.remote?.id ?? '',
        members: change.members,
      })),
    unchanged: diff.changes.filter((change) => change.action === 'unchanged').length,
    unmanaged: diff.unmanaged.map((bundle) => bundle.name),
  };
}

export interface DiffRow {
  readonly [member: string]: unknown;
  readonly action: 'create' | 'change' | 'unmanaged';
  readonly name: string;
  readonly file: string;
  readonly detail: string;
}

/** One row per difference; unchanged bundles are counted, not listed. */
export function diffRows(diff: PolicyDiff): readonly DiffRow[] {
  const rows: DiffRow[] = diff.changes.flatMap((change) =>
    change.action === 'unchanged'
      ? []
      : [
          {
            action: change.action,
            name: change.desired.name,
            file: change.desired.file,
            detail:
              change.action === 'create'
                ? `${change.desired.framework}, ${change.desired.mode}, ${change.desired.assignments.join(' ')}`
                : `${change.members.join(', ')} (now version ${change.remote?.version ?? '?'})`,
          },
        ],
  );
  for (const bundle of diff.unmanaged) {
    rows.push({
      action: 'unmanaged',
      name: bundle.name,
      file: '',
      detail: 'not in the directory; left alone',
    });
  }
  return rows;
}

export const DIFF_COLUMNS = [
  { key: 'action', header: 'ACTION', kind: 'state' },
  { key: 'name', header: 'BUNDLE', kind: 'id' },
  { key: 'file', header: 'FILE' },
  { key: 'detail', header: 'DETAIL' },
] as const;

export const BUNDLE_COLUMNS = [
  { key: 'name', header: 'BUNDLE', kind: 'id' },
  { key: 'version', header: 'VERSION', kind: 'number' },
  { key: 'framework', header: 'FRAMEWORK' },
  { key: 'enforcement_mode', header: 'MODE', kind: 'state' },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'assignments', header: 'ASSIGNED TO' },
  { key: 'id', header: 'ID', kind: 'id' },
  { key: 'created_at', header: 'CREATED', kind: 'time' },
] as const;
