import type { Store } from '../store/port.js';
import type { CredentialDirectory } from './credential-directory.js';

const FLUSH_INTERVAL_MS = 5_000;

/** Writes `last_used_at` of API keys in batches, so that authentication itself never waits for the store. */
export function startKeyUseRecorder(
  store: Store,
  credentials: CredentialDirectory,
): { close(): Promise<void> } {
  let flushing: Promise<void> = Promise.resolve();

  const flush = async (): Promise<void> => {
    const byTenant = new Map<string, { keyId: string; at: number }[]>();
    for (const [keyId, use] of credentials.takeUses()) {
      const ofTenant = byTenant.get(use.tenantId) ?? [];
      byTenant.set(use.tenantId, ofTenant);
      ofTenant.push({ keyId, at: use.at });
    }
    for (const [tenantId, used] of byTenant) {
      await store.commit({
        tenantId,
        evidence: [],
        statements: used.map(({ keyId, at }) =>
          store.build
            .updateTable('api_keys')
            .set({ last_used_at: at })
            .where('tenant_id', '=', tenantId)
            .where('key_id', '=', keyId)
            .compile(),
        ),
      });
    }
  };
  const enqueue = (): Promise<void> => {
    // A lost last-use time is not worth failing anything: the next use writes it again.
    flushing = flushing.then(flush).catch(() => {});
    return flushing;
  };
  const timer = setInterval(() => void enqueue(), FLUSH_INTERVAL_MS);
  timer.unref();

  return {
    close() {
      clearInterval(timer);
      return enqueue();
    },
  };
}
