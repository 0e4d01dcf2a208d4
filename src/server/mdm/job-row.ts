import type { MdmProviderSlug, MdmSyncJob, MdmSyncStatus } from '../../contract/govapi/types.js';
import type { Database } from '../store/schema.js';
import { instant } from '../tenants/json-documents.js';
import { isProviderSlug } from './connectors.js';
import { readProgress, type JobProgress } from './job-progress.js';

type Row = Database['mdm_jobs'];

/** A job as it is worked on. */
export interface SyncJob {
  readonly tenantId: string;
  readonly jobId: string;
  readonly provider: MdmProviderSlug;
  readonly progress: JobProgress;
}

const STATUSES: readonly MdmSyncStatus[] = ['queued', 'running', 'succeeded', 'failed'];

/** Undefined for a row this version does not understand. */
export function storedJob(row: Row): SyncJob | undefined {
  if (!isProviderSlug(row.provider)) return undefined;
  const { tenant_id: tenantId, job_id: jobId, provider } = row;
  return { tenantId, jobId, provider, progress: readProgress(row.document) };
}

/** Undefined for a row this version does not understand. */
export function presentJob(row: Row): MdmSyncJob | undefined {
  const job = storedJob(row);
  if (job === undefined) return undefined;
  const { progress } = job;
  return {
    job_id: job.jobId,
    provider: job.provider,
    status: STATUSES.find((status) => status === row.status) ?? 'failed',
    synced_endpoints: progress.synced,
    unassigned_count: progress.unassigned,
    skipped_count: progress.skipped,
    missing_count: progress.missing,
    failed_count: progress.failed,
    device_errors: [...progress.errors],
    pages: progress.pages,
    devices_seen: progress.seen,
    total_devices: progress.total,
    resumed_count: progress.resumed,
    error: progress.error,
    started_at: progress.startedAt,
    completed_at: progress.completedAt,
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
  };
}
