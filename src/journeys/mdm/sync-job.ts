import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import { providerName } from './provider.js';

export type SyncJob = OperationOutput<'getMdmSyncJob'>;
type MdmApi = Pick<GovApi, 'call'>;

export async function startSync(api: MdmApi, provider: string, signal?: AbortSignal): Promise<SyncJob> {
  return api.call('startMdmSync', { path: { provider: providerName(provider) }, body: {} }, { signal });
}

/** Polls until the job ends. @throws ThothctlError `sync_pending` (exit 8) at the deadline. */
export async function waitForJob(
  api: MdmApi,
  started: SyncJob,
  wait: {
    readonly timeoutSeconds: number;
    readonly signal?: AbortSignal;
    readonly onPoll?: (job: SyncJob) => void;
  },
): Promise<SyncJob> {
  const deadline = Date.now() + wait.timeoutSeconds * 1000;
  let job = started;
  let pauseMs = 250;
  while (job.status !== 'succeeded' && job.status !== 'failed') {
    const left = deadline - Date.now();
    if (left <= 0) {
      throw new ThothctlError({
        code: 'sync_pending',
        message: `sync job ${job.job_id} is still ${job.status} after ${wait.timeoutSeconds} s`,
        exit: 'pending',
        fix: `ask again with \`thothctl mdm jobs ${job.job_id}\``,
        details: { job },
      });
    }
    await delay(Math.min(pauseMs, left), undefined, { signal: wait.signal });
    // A small tenant is done at once; a large one should not be asked four times a second.
    pauseMs = Math.min(2000, pauseMs * 1.5);
    job = await api.call('getMdmSyncJob', { path: { jobId: job.job_id } }, { signal: wait.signal });
    wait.onPoll?.(job);
  }
  return job;
}

export function jobExit(job: SyncJob): 'ok' | 'checkFailed' | 'partial' {
  if (job.status === 'failed') return 'checkFailed';
  return (job.failed_count ?? 0) > 0 ? 'partial' : 'ok';
}
