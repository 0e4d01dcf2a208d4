import type { MdmSyncStatus } from '../../contract/govapi/types.js';
import type { ServerContext } from '../context.js';
import { DeliveryFailure } from '../delivery/destination.js';
import { sendOutbound } from '../delivery/outbound-request.js';
import { createLanes } from '../tenants/exclusive.js';
import { instant } from '../tenants/json-documents.js';
import { commitChange, SERVER_ACTOR, type Actor } from '../tenants/recorded-change.js';
import { SyncFailure } from './connector.js';
import { CONNECTORS } from './connectors.js';
import type { Device } from './device.js';
import { connectorConfig, type StoredProvider } from './provider-row.js';
import { findProvider, saveProvider } from './provider-store.js';

type Parts = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'tenants' | 'newId' | 'options'>;

/** Sync runs in the background. Jobs are rows: they outlive the process, and one cut short by its end is failed. */
export interface SyncJobs {
  /** Resolves once the queued job is durable. */
  start(tenantId: string, provider: StoredProvider, actor: Actor): Promise<string>;
  /** Closes what a former process left open. */
  recover(): Promise<void>;
  /** Interrupts what runs and waits for its last word. */
  close(): Promise<void>;
}

interface Job {
  readonly tenantId: string;
  readonly jobId: string;
  readonly provider: string;
}

interface Finding {
  readonly status: Extract<MdmSyncStatus, 'succeeded' | 'failed'>;
  readonly devices: readonly Device[];
  readonly error: string | null;
}

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const INTERRUPTED = 'interrupted: the server stopped during the sync; start it again';

export function createSyncJobs(parts: Parts, onFault: (error: unknown) => void): SyncJobs {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  // A second sync of a provider waits for the first: two at once would only double the load on the vendor.
  const inProviderLane = createLanes();

  const run = async (job: Job): Promise<void> => {
    const startedAt = parts.clock.now();
    await mark(parts, job, 'running', { started_at: instant(startedAt) });
    const finding = await inspect(parts, job, stopping.signal);
    await finish(parts, job, startedAt, finding);
  };

  return {
    async start(tenantId, provider, actor) {
      const job: Job = { tenantId, jobId: parts.newId('mdmjob'), provider: provider.provider };
      await enqueue(parts, job, actor);
      const work = inProviderLane(`${tenantId}/${job.provider}`, () => run(job)).catch(onFault);
      running.add(work);
      void work.then(() => running.delete(work));
      return job.jobId;
    },
    async recover() {
      const open = await parts.store.read
        .selectFrom('mdm_jobs')
        .select(['tenant_id', 'job_id', 'provider'])
        .where('status', 'in', ['queued', 'running'])
        .execute();
      for (const row of open) {
        const job = { tenantId: row.tenant_id, jobId: row.job_id, provider: row.provider };
        await finish(parts, job, null, { status: 'failed', devices: [], error: INTERRUPTED });
      }
    },
    async close() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** Talks to the vendor; every way this can fail ends in words for the tenant. */
async function inspect(parts: Parts, job: Job, signal: AbortSignal): Promise<Finding> {
  const failed = (error: string): Finding => ({ status: 'failed', devices: [], error });
  const stored = await findProvider(parts, job.tenantId, job.provider);
  if (stored === undefined || !stored.enabled)
    return failed('the provider was disabled before the sync began');
  const connector = CONNECTORS[stored.provider];
  const config = connectorConfig(stored);
  const missing = connector.required.filter((name) => config[name] === undefined);
  if (missing.length > 0) return failed(`the configuration lacks ${missing.join(', ')}`);
  if (signal.aborted) return failed(INTERRUPTED);
  try {
    const devices = await connector.inventory({
      config,
      send: (request) =>
        sendOutbound(request, {
          allowPrivate: parts.options.allowPrivateDelivery,
          timeoutMs: REQUEST_TIMEOUT_MS,
          maxReplyBytes: MAX_PAGE_BYTES,
          signal,
        }),
    });
    return { status: 'succeeded', devices, error: null };
  } catch (error) {
    if (signal.aborted) return failed(INTERRUPTED);
    if (error instanceof SyncFailure || error instanceof DeliveryFailure) return failed(error.message);
    throw error;
  }
}

function enqueue(parts: Parts, job: Job, actor: Actor): Promise<void> {
  const now = parts.clock.now();
  return parts.tenants.exclusively(job.tenantId, async () => {
    const provider = await findProvider(parts, job.tenantId, job.provider);
    await commitChange(parts, {
      tenantId: job.tenantId,
      action: 'mdm_sync.start',
      actor,
      target: { type: 'mdm_job', id: job.jobId },
      facts: { provider: job.provider },
      statements: [
        parts.store.build
          .insertInto('mdm_jobs')
          .values({
            tenant_id: job.tenantId,
            job_id: job.jobId,
            provider: job.provider,
            status: 'queued',
            document: '{}',
            created_at: now,
            updated_at: now,
          })
          .compile(),
        ...(provider === undefined
          ? []
          : [
              saveProvider(parts, job.tenantId, {
                ...provider,
                sync: { ...provider.sync, last_sync_job_id: job.jobId, last_sync_status: 'queued' },
              }),
            ]),
      ],
    });
  });
}

async function mark(parts: Parts, job: Job, status: MdmSyncStatus, document: object): Promise<void> {
  await parts.store.commit({
    tenantId: job.tenantId,
    evidence: [],
    statements: [updateJob(parts, job, status, document)],
  });
}

/** Job and provider change in one unit, so that both always tell the same story. */
function finish(parts: Parts, job: Job, startedAt: number | null, finding: Finding): Promise<void> {
  return parts.tenants.exclusively(job.tenantId, async () => {
    const completedAt = instant(parts.clock.now());
    const counts = {
      synced_endpoints: finding.devices.length,
      unassigned_count: finding.devices.filter((device) => device.user === null).length,
    };
    const provider = await findProvider(parts, job.tenantId, job.provider);
    const isLatest = provider?.sync['last_sync_job_id'] === job.jobId;
    await commitChange(parts, {
      tenantId: job.tenantId,
      action: 'mdm_sync.finish',
      actor: SERVER_ACTOR,
      target: { type: 'mdm_job', id: job.jobId },
      facts: { provider: job.provider, status: finding.status, ...counts },
      statements: [
        updateJob(parts, job, finding.status, {
          ...counts,
          error: finding.error,
          started_at: instant(startedAt),
          completed_at: completedAt,
          inventory: finding.devices,
        }),
        ...(provider === undefined || !isLatest
          ? []
          : [
              saveProvider(parts, job.tenantId, {
                ...provider,
                sync: {
                  last_sync_job_id: job.jobId,
                  last_sync_at: completedAt,
                  last_sync_status: finding.status,
                  last_error: finding.error,
                  // A failed sync leaves the count of the last good one.
                  synced_endpoints:
                    finding.status === 'succeeded'
                      ? counts.synced_endpoints
                      : provider.sync['synced_endpoints'],
                },
              }),
            ]),
      ],
    });
  });
}

function updateJob({ store, clock }: Parts, job: Job, status: MdmSyncStatus, document: object) {
  return store.build
    .updateTable('mdm_jobs')
    .set({ status, document: JSON.stringify(document), updated_at: clock.now() })
    .where('tenant_id', '=', job.tenantId)
    .where('job_id', '=', job.jobId)
    .compile();
}
