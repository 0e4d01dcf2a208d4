import { canonicalize } from '../../../evidence/canonical.js';
import { sha256Hex } from '../../../evidence/signature.js';
import type { ControlContext } from '../../http/control-context.js';
import { HttpError } from '../../http/port.js';
import { textMember, type JsonObject } from '../../tenants/json-documents.js';
import { commitChange, type Actor } from '../../tenants/recorded-change.js';
import { resourceStore } from '../../tenants/resources.js';
import { present, textMember as recordText } from '../stored-record.js';
import { spend } from './cost.js';
import { decisionsBetween } from './decisions-between.js';
import { windowTotals } from './overview.js';

const SPAN_MS = { '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 } as const;
/** Violations named in a snapshot, the oldest of its range first. */
const LEDGER = 1000;

interface Range {
  readonly cadence: '7d' | '30d' | 'custom';
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface Filter {
  readonly cadence?: string | undefined;
  readonly status?: string | undefined;
}

function reports(context: ControlContext) {
  return resourceStore(context, { kind: 'airs-report', narrow: (document) => narrowed(document) });
}

function narrowed(document: JsonObject): JsonObject & { report_id: string; status: 'COMPLETED' } {
  return { ...document, report_id: textMember(document, 'report_id') ?? '', status: 'COMPLETED' };
}

/** Snapshots that match, newest first. Ids sort by time. */
export async function listReports(context: ControlContext, tenantId: string, { cadence, status }: Filter) {
  return (await reports(context).list(tenantId))
    .map(({ document }) => document)
    .filter((report) => cadence === undefined || report['cadence'] === cadence)
    .filter((report) => status === undefined || report.status === status.toUpperCase())
    .reverse();
}

export async function findReport(context: ControlContext, tenantId: string, id: string, filter: Filter) {
  const found =
    id === 'latest'
      ? (await listReports(context, tenantId, { status: 'COMPLETED', ...filter }))[0]
      : (await reports(context).find(tenantId, id))?.document;
  if (found === undefined) throw new HttpError(404, 'not_found', `there is no report ${id}`);
  return found;
}

/** Takes a snapshot; what is recorded later does not change it. */
export async function generateReport(context: ControlContext, tenantId: string, range: Range, actor: Actor) {
  const { from, to } = bounds(range, context.clock.now());
  const [totals, costs] = await Promise.all([
    windowTotals(context, tenantId, from, to),
    spend(context, tenantId, from, to),
  ]);
  const ledger: JsonObject[] = [];
  let labelled = 0;
  for await (const record of decisionsBetween(context.store, tenantId, from, to)) {
    if (recordText(record, 'data_classification') !== undefined) labelled += 1;
    if (recordText(record, 'violation_id') === undefined || ledger.length >= LEDGER) continue;
    ledger.push(
      present(record, [
        'violation_id',
        'decision',
        'tool_name',
        'evidence_id',
        'chain_index',
        'hash',
        'occurred_at',
      ]),
    );
  }
  const payload = {
    tenant_id: tenantId,
    cadence: range.cadence,
    time_range: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    governance_metrics: totals,
    economic_metrics: costs,
    dlp_metrics: { classified_calls: labelled },
    post_approval_gap: { approvals: totals.totals.approvals },
    forensic_ledger: ledger,
  };
  const now = context.clock.now();
  const report = {
    ...payload,
    report_id: context.newId('rep'),
    status: 'COMPLETED' as const,
    generated_at: new Date(now).toISOString(),
    report_hash: sha256Hex(canonicalize(payload)),
  };
  await commitChange(context, {
    tenantId,
    action: 'report.generate',
    actor,
    target: { type: 'report', id: report.report_id },
    facts: { cadence: range.cadence, report_hash: report.report_hash },
    statements: [
      reports(context).insert(tenantId, {
        id: report.report_id,
        document: report,
        secrets: {},
        createdAt: now,
        updatedAt: now,
      }),
    ],
  });
  return report;
}

function bounds({ cadence, from, to }: Range, now: number): { readonly from: number; readonly to: number } {
  const end = to === undefined ? now : Date.parse(to);
  const start =
    from === undefined ? (cadence === 'custom' ? Number.NaN : end - SPAN_MS[cadence]) : Date.parse(from);
  if (start < end && end <= now) return { from: start, to: end };
  throw new HttpError(
    400,
    'invalid_request',
    'a report needs a range that begins before it ends, and ends by now',
  );
}
