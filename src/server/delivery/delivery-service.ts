import type { ServerContext } from '../context.js';
import { removeOldDeliveries } from './delivery-retention.js';
import type { LaneParts } from './lane.js';
import type { RetryPolicy } from './retry-policy.js';
import { TenantDelivery } from './tenant-delivery.js';

type Parts = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId' | 'options'>;

/** Outbound delivery of all tenants, in the background of the server. */
export interface DeliveryService {
  readonly retry: RetryPolicy;
  /** Takes up what a former process left. */
  start(): Promise<void>;
  /** Interrupts what runs and waits for its last word; it is sent again at the next start. */
  close(): Promise<void>;
}

const SWEEP_MS = 3_600_000;

export function createDeliveryService(
  parts: Parts,
  retry: RetryPolicy,
  onFault: (error: unknown) => void,
): DeliveryService {
  const stopping = new AbortController();
  const laneParts: LaneParts = {
    ...parts,
    allowPrivate: parts.options.allowPrivateDelivery,
    retry,
    stopping: stopping.signal,
    onFault,
  };
  const tenants = new Map<string, TenantDelivery>();
  let unsubscribe = (): void => {};
  let sweeper: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  const wake = (tenantId: string): void => {
    let tenant = tenants.get(tenantId);
    if (tenant === undefined) {
      if (stopping.signal.aborted) return;
      tenant = new TenantDelivery(laneParts, tenantId);
      tenants.set(tenantId, tenant);
    }
    tenant.wake();
  };
  const sweep = (): void => {
    sweeping = removeOldDeliveries(parts).catch(onFault);
  };

  return {
    retry,
    async start() {
      unsubscribe = parts.streams.subscribeAll(wake);
      for (const row of await parts.store.read.selectFrom('tenants').select('tenant_id').execute()) {
        wake(row.tenant_id);
      }
      sweep();
      sweeper = setInterval(sweep, SWEEP_MS);
      sweeper.unref();
    },
    async close() {
      unsubscribe();
      clearInterval(sweeper);
      stopping.abort();
      await Promise.all([sweeping, ...[...tenants.values()].map((tenant) => tenant.stopped())]);
    },
  };
}
