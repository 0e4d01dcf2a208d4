import { createHash } from 'node:crypto';
import type { ResolvedConfig } from '../config/options.js';
import { isLoopback } from '../config/values.js';
import { credentialHeaders } from '../transport/credentials.js';
import { sharedTransport } from '../transport/shared.js';
import { onProcessEnd } from './process-end.js';
import { EventQueue, type EventStats } from './queue.js';

const queues = new Map<string, EventQueue>();
/** Base URLs whose events are dropped: told once, not once per session. */
const toldToDrop = new Set<string>();

/**
 * One queue per base URL, credential and delivery options: a session costs no thread, timer or socket of its
 * own. Undefined when there is no credential and the URL is not loopback: the events would only be refused.
 */
export function sharedQueue(config: ResolvedConfig): EventQueue | undefined {
  const anonymous = config.apiKey === undefined && config.eventIngestToken === undefined;
  if (anonymous && !isLoopback(new URL(config.apiUrl).hostname)) {
    if (!toldToDrop.has(config.apiUrl)) {
      toldToDrop.add(config.apiUrl);
      config.logger.warn('no API key and no ingest token: events are dropped');
    }
    return undefined;
  }
  const key = createHash('sha256')
    .update(JSON.stringify([config.apiUrl, config.apiKey, config.eventIngestToken, config.events]))
    .digest('hex');
  let queue = queues.get(key);
  if (queue === undefined) {
    queue = new EventQueue(
      {
        transport: sharedTransport(config.apiUrl),
        headers: {
          'content-type': 'application/json',
          ...credentialHeaders(config.apiKey),
          ...(config.eventIngestToken === undefined
            ? {}
            : { 'x-thoth-event-ingest-token': config.eventIngestToken }),
        },
        logger: config.logger,
      },
      config.events,
    );
    queues.set(key, queue);
    onProcessEnd(queue);
  }
  return queue;
}

/** Sends everything queued by any session of this process; true when nothing is left. */
export async function flush(timeoutMs?: number): Promise<boolean> {
  const done = await Promise.all([...queues.values()].map((queue) => queue.flush(timeoutMs)));
  return done.every(Boolean);
}

/** Closes every queue. Sessions stay enforced; their further events are dropped and counted. */
export async function closeQueues(timeoutMs?: number): Promise<void> {
  const closing = [...queues.values()];
  queues.clear();
  await Promise.all(closing.map((queue) => queue.close(timeoutMs)));
}

/** Totals over all queues that are open. */
export function stats(): EventStats {
  const total = { queued: 0, delivered: 0, dropped: 0, retried: 0 };
  for (const queue of queues.values()) {
    const one = queue.stats();
    total.queued += one.queued;
    total.delivered += one.delivered;
    total.dropped += one.dropped;
    total.retried += one.retried;
  }
  return total;
}
