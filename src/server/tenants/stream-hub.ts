import type { StreamHub } from '../context.js';

/** In-process wake-ups: streams re-read the store after each publish, so nothing is carried here but the news. */
export function createStreamHub(): StreamHub {
  const listeners = new Map<string, Set<() => void>>();
  const everywhere = new Set<(tenantId: string) => void>();
  const ended = new AbortController();

  return {
    closed: ended.signal,
    publish(tenantId) {
      for (const wake of listeners.get(tenantId) ?? []) wake();
      for (const wake of everywhere) wake(tenantId);
    },
    following: (tenantId) => listeners.get(tenantId)?.size ?? 0,
    subscribeAll(wake) {
      everywhere.add(wake);
      return () => void everywhere.delete(wake);
    },
    subscribe(tenantId, wake) {
      if (ended.signal.aborted) return () => {};
      const ofTenant = listeners.get(tenantId) ?? new Set();
      listeners.set(tenantId, ofTenant);
      ofTenant.add(wake);
      return () => {
        ofTenant.delete(wake);
        if (ofTenant.size === 0 && listeners.get(tenantId) === ofTenant) listeners.delete(tenantId);
      };
    },
    close() {
      ended.abort();
      listeners.clear();
    },
  };
}
