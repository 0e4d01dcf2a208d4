import type { CompiledQuery } from 'kysely';
import type { MdmSyncStatus } from '../../contract/govapi/types.js';
import type { ServerContext } from '../context.js';
import { commitChange, SERVER_ACTOR, type Actor } from '../tenants/recorded-change.js';
import { instant } from '../tenants/json-documents.js';
import { NOT_STARTED, writeProgress, type JobProgress } from './job-progress.js';
import { storedJob, type SyncJob } from './job-row.js';
import type { StoredProvider } from './provider-row.js';
import { findProvider, saveProvider } from './provider-store.js';

export type JobParts = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'tenants' | 'newId'>;

/** Makes a queued job durable. */
export function enqueue(parts: JobParts, provider: SyncJobProvider, actor: Actor): Promise<SyncJob> {
  const { tenantId, slug } = provider;
  const job: SyncJob = { tenantId, jobId: parts.newId('mdmjob'), provider: slug, progress: NOT_STARTED };
  const now = parts.clock.now();
  return parts.tenants.exclusively(tenantId, async () => {
    await commitChange(parts, {
      tenantId,
      action: 'mdm_sync.start',
      actor,
      target: { type: 'mdm_job', id: job.jobId },
      facts: { provider: slug },
      statements: [
        parts.store.build
          .insertInto('mdm_jobs')
          .values({
            tenant_id: tenantId,
            job_id: job.jobId,
            provider: slug,
            status: 'queued',
            document: writeProgress(NOT_STARTED),
            created_at: now,
            updated_at: now,
          })
          .compile(),
        ...(await onProvider(parts, job, () => ({
          last_sync_job_id: job.jobId,
          last_sync_status: 'queued',
        }))),
      ],
    });
    return job;
  });
}

interface SyncJobProvider {
  readonly tenantId: string;
  readonly slug: StoredProvider['provider'];
}

/** Jobs without a last word, oldest first. */
export async function openJobs({ store }: JobParts): Promise<{ job: SyncJob; status: string }[]> {
  const rows = await store.read
    .selectFrom('mdm_jobs')
    .selectAll()
    .where('status', 'in', ['queued', 'running'])
    .orderBy('created_at')
    .orderBy('job_id')
    .execute();
  return rows.flatMap((row) => {
    const job = storedJob(row);
    return job === undefined ? [] : [{ job, status: row.status }];
  });
}

/** Marks the job as running; nothing of the tenant changes by that, so the evidence has nothing to say. */
export function begin(parts: JobParts, job: SyncJob): Promise<SyncJob> {
  const now = parts.clock.now();
  const begun: SyncJob = {
    ...job,
    progress: { ...job.progress, startedAt: job.progress.startedAt ?? instant(now) },
  };
  return parts.tenants.exclusively(job.tenantId, async () => {
    await parts.store.commit({
      tenantId: job.tenantId,
      evidence: [],
      statements: [
        saveJob(parts, begun, 'running'),
        ...(await onProvider(parts, begun, () => ({ last_sync_status: 'running' }))),
      ],
    });
    return begun;
  });
}

/** The last word on a job. Job and provider change in one unit, so that both always tell the same story. */
export function finish(
  parts: JobParts,
  job: SyncJob,
  status: Extract<MdmSyncStatus, 'succeeded' | 'failed'>,
  error: string | null,
): Promise<void> {
  return parts.tenants.exclusively(job.tenantId, async () => {
    const completedAt = instant(parts.clock.now());
    const progress: JobProgress = { ...job.progress, error, completedAt };
    await commitChange(parts, {
      tenantId: job.tenantId,
      action: 'mdm_sync.finish',
      actor: SERVER_ACTOR,
      target: { type: 'mdm_job', id: job.jobId },
      facts: { provider: job.provider, status, ...countsOf(progress) },
      statements: [
        saveJob(parts, { ...job, progress }, status),
        ...(await onProvider(parts, job, (sync) => ({
          last_sync_at: completedAt,
          last_sync_status: status,
          last_error: error,
          // A failed sync leaves the count of the last good one.
          synced_endpoints: status === 'succeeded' ? progress.synced : sync['synced_endpoints'],
        }))),
      ],
    });
  });
}

/** What evidence says of a job: numbers, never names. */
export function countsOf(progress: JobProgress): Readonly<Record<string, number>> {
  return {
    pages: progress.pages,
    devices_seen: progress.seen,
    synced_endpoints: progress.synced,
    unassigned_count: progress.unassigned,
    skipped_count: progress.skipped,
    missing_count: progress.missing,
    failed_count: progress.failed,
  };
}

export function saveJob({ store, clock }: JobParts, job: SyncJob, status: MdmSyncStatus): CompiledQuery {
  return store.build
    .updateTable('mdm_jobs')
    .set({ status, document: writeProgress(job.progress), updated_at: clock.now() })
    .where('tenant_id', '=', job.tenantId)
    .where('job_id', '=', job.jobId)
    .compile();
}

/** What the provider's row says of its latest job; nothing for an older one. */
async function onProvider(
  parts: JobParts,
  job: SyncJob,
  change: (sync: StoredProvider['sync']) => StoredProvider['sync'],
): Promise<CompiledQuery[]> {
  const stored = await findProvider(parts, job.tenantId, job.provider);
  if (stored === undefined) return [];
  const changed = change(stored.sync);
  const isLatest = (changed['last_sync_job_id'] ?? stored.sync['last_sync_job_id']) === job.jobId;
  if (!isLatest) return [];
  return [saveProvider(parts, job.tenantId, { ...stored, sync: { ...stored.sync, ...changed } })];
}
