import type { ResolvedConfig } from './config/options.js';
import type { EventQueue } from './events/queue.js';
import { sharedQueue } from './events/shared.js';
import { OutageLog } from './outage-log.js';
import { createPredicates, type LocalPredicates } from './predicates/index.js';
import { sharedTransport } from './transport/shared.js';
import type { Transport } from './transport/transport.js';

/** What all sessions of one configuration share. */
export interface Runtime {
  readonly config: ResolvedConfig;
  readonly transport: Transport;
  /** Absent when events cannot be delivered at all. */
  readonly queue: EventQueue | undefined;
  readonly predicates: LocalPredicates;
  readonly outages: OutageLog;
  /** Ends waits for approvers. */
  readonly shutdownSignal: AbortSignal;
}

let shutdownController = new AbortController();

export function createRuntime(config: ResolvedConfig): Runtime {
  return {
    config,
    transport: sharedTransport(config.apiUrl),
    queue: sharedQueue(config),
    predicates: createPredicates(config.predicates),
    outages: new OutageLog(config.logger),
    shutdownSignal: shutdownController.signal,
  };
}

/** Ends every wait that is under way; sessions made afterwards start afresh. */
export function endWaits(): void {
  const ending = shutdownController;
  shutdownController = new AbortController();
  ending.abort();
}
