import type { CellKind, Column, View } from '../../output/port.js';
import type { SyncJob } from './sync-job.js';

export const JOB_COLUMNS: readonly Column[] = [
  { key: 'job_id', header: 'JOB', kind: 'id' },
  { key: 'provider', header: 'PROVIDER', kind: 'id', spare: true },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'synced_endpoints', header: 'SYNCED', kind: 'number' },
  { key: 'unassigned_count', header: 'UNASSIGNED', kind: 'number', spare: true },
  { key: 'failed_count', header: 'FAILED', kind: 'number' },
  { key: 'created_at', header: 'STARTED', kind: 'time', spare: true },
  { key: 'error', header: 'ERROR' },
];

/** The counts of a job, and row by row what could not become an endpoint. */
export function jobView(job: SyncJob): View {
  const seen = job.devices_seen ?? 0;
  const listed = job.device_errors ?? [];
  const unlisted = (job.failed_count ?? 0) - listed.length;
  const fields: { label: string; value: unknown; kind?: CellKind }[] = [
    { label: 'Job', value: job.job_id, kind: 'id' },
    { label: 'Provider', value: job.provider },
    { label: 'Status', value: job.status, kind: 'state' },
    { label: 'Error', value: job.error },
    { label: 'Synced endpoints', value: job.synced_endpoints },
    { label: 'Of them unassigned', value: job.unassigned_count || null },
    {
      label: 'Rows read',
      value: job.total_devices ? `${seen} of ${job.total_devices}, pages: ${job.pages ?? 0}` : seen || null,
    },
    { label: 'Phones and tablets', value: job.skipped_count || null },
    { label: 'Left the inventory', value: job.missing_count || null },
    { label: 'Failed rows', value: job.failed_count || null },
    ...listed.map((fault) => ({
      label: `  row ${fault.row}`,
      value: `${fault.device === null ? '' : `${fault.device}: `}${fault.reason}`,
    })),
    ...(unlisted > 0 && listed.length > 0 ? [{ label: '  …', value: `and ${unlisted} more` }] : []),
    { label: 'Resumed', value: job.resumed_count || null },
    { label: 'Started', value: job.started_at, kind: 'time' },
    { label: 'Completed', value: job.completed_at, kind: 'time' },
  ];
  return { kind: 'record', fields: fields.filter(({ value }) => value !== undefined && value !== null) };
}
