import { setTimeout as delay } from 'node:timers/promises';
import type { ServerContext } from '../context.js';
import { DeliveryFailure } from '../delivery/destination.js';
import { sendOutbound } from '../delivery/outbound-request.js';
import { createLanes } from '../tenants/exclusive.js';
import type { Actor } from '../tenants/recorded-change.js';
import { SyncFailure } from './connector.js';
import { CONNECTORS } from './connectors.js';
import type { SyncJob } from './job-row.js';
import { begin, enqueue, finish, openJobs, type JobParts } from './job-store.js';
import { connectorConfig, type StoredProvider } from './provider-row.js';
import { findProvider } from './provider-store.js';
import { runSync } from './sync-run.js';
import { openVendorSession } from './vendor-session.js';

type Parts = JobParts & Pick<ServerContext, 'options'>;

/** Sync runs in the background. Jobs are rows: they outlive the process, and one cut short by its end is taken up again. */
export interface SyncJobs {
  /** Resolves once the queued job is durable. */
  start(tenantId: string, provider: StoredProvider, actor: Actor): Promise<string>;
  /** Takes up what a former process left open. */
  resume(): Promise<void>;
  /** Interrupts what runs and waits until it lets go; it stays open for the next start. */
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
/** A job that takes the server down with it must not do so for ever. */
const MAX_RESUMES = 10;

export function createSyncJobs(parts: Parts, onFault: (error: unknown) => void): SyncJobs {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  // A second sync of a provider waits for the first: two at once would only double the load on the vendor.
  const inProviderLane = createLanes();

  const launch = (job: SyncJob): void => {
    const work = inProviderLane(`${job.tenantId}/${job.provider}`, () =>
      perform(parts, job, stopping.signal, onFault),
    ).catch(onFault);
    running.add(work);
    void work.then(() => running.delete(work));
  };

  return {
    async start(tenantId, provider, actor) {
      const job = await enqueue(parts, { tenantId, slug: provider.provider }, actor);
      launch(job);
      return job.jobId;
    },
    async resume() {
      for (const { job, status } of await openJobs(parts)) {
        if (status === 'queued') launch(job);
        else if (job.progress.resumed < MAX_RESUMES) {
          launch({ ...job, progress: { ...job.progress, resumed: job.progress.resumed + 1 } });
        } else await finish(parts, job, 'failed', stoppedTooOften(job));
      }
    },
    async close() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** One job from where it stands to its last word; none when the server stops under it. */
async function perform(
  parts: Parts,
  queued: SyncJob,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<void> {
  if (signal.aborted) return;
  let job = await begin(parts, queued);
  try {
    await synchronise(parts, job, signal, (after) => (job = after));
    await finish(parts, job, 'succeeded', null);
  } catch (error) {
    if (signal.aborted) return;
    const known = error instanceof SyncFailure || error instanceof DeliveryFailure;
    if (!known) onFault(error);
    await finish(parts, job, 'failed', known ? error.message : UNEXPECTED);
  }
}

const UNEXPECTED = 'the sync ran into a fault of this server: its log has the cause, start the sync again';

function stoppedTooOften(job: SyncJob): string {
  return `interrupted: the server stopped ${job.progress.resumed + 1} times during this sync; look into its log, then start the sync again`;
}

async function synchronise(
  parts: Parts,
  job: SyncJob,
  signal: AbortSignal,
  onCommit: (job: SyncJob) => void,
): Promise<void> {
  const stored = await findProvider(parts, job.tenantId, job.provider);
  if (stored === undefined || !stored.enabled) {
    throw new SyncFailure(
      'the provider was disabled before the sync ended: enable it and start the sync again',
    );
  }
  const connector = CONNECTORS[job.provider];
  const config = connectorConfig(stored);
  const missing = connector.missing(config);
  if (missing.length > 0) throw new SyncFailure(`the configuration lacks ${missing.join(', ')}`);
  const source = connector.source(config);
  const session = openVendorSession(connector, source, {
    send: (request) =>
      sendOutbound(request, {
        allowPrivate: parts.options.allowPrivateDelivery,
        timeoutMs: REQUEST_TIMEOUT_MS,
        maxReplyBytes: MAX_PAGE_BYTES,
        signal,
      }),
    pause: (milliseconds) => delay(milliseconds, undefined, { signal }),
    now: () => parts.clock.now(),
    random: Math.random,
  });
  await runSync(parts, job, { session, source }, onCommit);
}
