import type { AppliedChange } from './change/apply.js';
import type { Step } from './change/step.js';
import type { DetailedDiff } from './difference/detail.js';
import { detailText, differenceMarkdown } from './difference/forms.js';
import type { PolicyDiff } from './diff.js';
import type { RemoteBundle } from './bundle.js';

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
  /** Bundles whose every version is to be deleted. */
  readonly delete: readonly string[];
}

export function diffReport(
  tenantId: string,
  diff: PolicyDiff,
  deletions: readonly Pick<Step, 'name'>[] = [],
): DiffReport {
  const deleted = new Set(deletions.map(({ name }) => name));
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
    unmanaged: diff.unmanaged.map((bundle) => bundle.name).filter((name) => !deleted.has(name)),
    delete: [...deleted].sort(),
  };
}

type Row = Readonly<Record<string, unknown>>;

interface DiffRow {
  readonly [member: string]: unknown;
  readonly action: 'create' | 'change' | 'unmanaged' | 'delete';
  readonly name: string;
  readonly file: string;
  readonly detail: string;
}

/** One row per difference; unchanged bundles are counted, not listed. */
function diffRows(diff: PolicyDiff, deletions: readonly Pick<Step, 'name'>[] = []): readonly DiffRow[] {
  const deleted = new Set(deletions.map(({ name }) => name));
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
                : `${change.members.join(', ')} (replaces version ${change.remote?.version ?? '?'})`,
          },
        ],
  );
  for (const bundle of diff.unmanaged) {
    rows.push({
      ...(deleted.has(bundle.name)
        ? { action: 'delete', detail: 'every version, not in the directory' }
        : { action: 'unmanaged', detail: 'not in the directory; left alone' }),
      name: bundle.name,
      file: '',
    });
  }
  return rows;
}

/** A team that owns a few bundles of a large tenant wants to see those. */
const UNMANAGED_SHOWN = 10;

function fewUnmanaged(rows: readonly DiffRow[]): readonly DiffRow[] {
  const left = rows.filter(({ action }) => action === 'unmanaged');
  const [first] = left.slice(UNMANAGED_SHOWN);
  if (first === undefined) return rows;
  const shown = new Set(left.slice(0, UNMANAGED_SHOWN));
  const more = { ...first, name: `and ${left.length - UNMANAGED_SHOWN} more` };
  return [...rows.filter((row) => row.action !== 'unmanaged' || shown.has(row)), more];
}

const DIFF_COLUMNS = [
  { key: 'action', header: 'ACTION', kind: 'state' },
  { key: 'name', header: 'BUNDLE', kind: 'id' },
  { key: 'file', header: 'FILE' },
  { key: 'detail', header: 'DETAIL' },
] as const;

interface DiffTable {
  readonly kind: 'table';
  readonly columns: typeof DIFF_COLUMNS;
  readonly rows: readonly DiffRow[];
  readonly empty: string;
}

interface DiffSections {
  readonly kind: 'sections';
  readonly sections: readonly {
    readonly title: string;
    readonly view: DiffTable | { readonly kind: 'patch'; readonly text: string };
  }[];
}

/** A difference with its details, for people and for pull requests. */
export function differenceForms(
  title: string,
  diff: PolicyDiff,
  detailed: DetailedDiff,
  deletions: readonly Step[] = [],
): {
  readonly view: DiffTable | DiffSections;
  readonly rows: readonly DiffRow[];
  readonly forms: Readonly<Record<string, () => string>>;
} {
  const rows = diffRows(diff, deletions);
  const table: DiffTable = {
    kind: 'table',
    columns: DIFF_COLUMNS,
    rows: fewUnmanaged(rows),
    empty: 'No differences.',
  };
  const { details, omitted } = detailed;
  const more = omitted === 0 ? '' : `… and ${omitted} more changed bundles\n`;
  return {
    rows,
    view:
      details.length === 0
        ? table
        : {
            kind: 'sections',
            sections: [
              { title: 'Bundles', view: table },
              {
                title: 'Changes',
                view: { kind: 'patch', text: `${details.map(detailText).join('\n')}${more}` },
              },
            ],
          },
    forms: { markdown: () => differenceMarkdown(title, diff, detailed, deletions) },
  };
}

/** Of promotions and rollbacks: which version becomes which, as far as it was made. */
export function copyRows(steps: readonly Step[], made: readonly AppliedChange[]): readonly Row[] {
  const versions = new Map(made.map((change) => [change.name, change]));
  return steps.flatMap((step) => {
    if (step.action !== 'promote' && step.action !== 'rollback') return [];
    const { action, name, from, mode } = step;
    const version = versions.get(name);
    return [{ action, name, from: from.version, version: version?.version, mode, id: version?.id }];
  });
}

export const COPY_COLUMNS = [
  { key: 'action', header: 'ACTION', kind: 'state' },
  { key: 'name', header: 'BUNDLE', kind: 'id' },
  { key: 'from', header: 'OF VERSION', kind: 'number' },
  { key: 'version', header: 'NOW VERSION', kind: 'number' },
  { key: 'mode', header: 'MODE', kind: 'state' },
  { key: 'id', header: 'ID', kind: 'id' },
] as const;

/** Versions of a bundle with who and what made them. */
export function historyRows(versions: readonly RemoteBundle[]): readonly Row[] {
  return versions.map((bundle) => ({
    ...bundle,
    commit: bundle.provenance?.git_commit?.slice(0, 12).concat(bundle.provenance.git_modified ? '+' : ''),
    author: bundle.provenance?.git_author ?? bundle.created_by,
    run: bundle.provenance?.ci_run_url,
  }));
}

export const HISTORY_COLUMNS = [
  { key: 'version', header: 'VERSION', kind: 'number' },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'enforcement_mode', header: 'MODE', kind: 'state' },
  { key: 'assignments', header: 'ASSIGNED TO' },
  { key: 'created_at', header: 'CREATED', kind: 'time' },
  { key: 'author', header: 'BY' },
  { key: 'commit', header: 'COMMIT', kind: 'id' },
  { key: 'run', header: 'RUN', kind: 'id' },
  { key: 'id', header: 'ID', kind: 'id' },
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
