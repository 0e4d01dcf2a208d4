import { sql } from 'kysely';
import type { Store } from '../store/port.js';

const FLUSH_INTERVAL_MS = 10_000;
const HOUR_MS = 3_600_000;
/** Upper ends of the steps in milliseconds; finer where decisions usually are. */
const STEPS_MS = [
  1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1000, 2500, 5000, 10_000, 60_000,
];

/** Counts how long decisions take from their arrival until every reader can see them. */
export interface VisibilityRecorder {
  note(tenantId: string, milliseconds: number): void;
  /** Everything noted so far is in the store when this resolves. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Counts in memory and writes in batches: a decision must not wait for the book that is kept about it. */
export function startVisibilityRecorder(store: Store, now: () => number): VisibilityRecorder {
  let counts = new Map<string, Map<string, number>>();
  let flushing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const taken = counts;
    counts = new Map();
    for (const [tenantId, ofTenant] of taken) {
      const statements = [...ofTenant].map(([key, decisions]) => {
        const [hour = 0, upper = 0] = key.split(':').map(Number);
        return store.build
          .insertInto('decision_visibility')
          .values({ tenant_id: tenantId, hour, upper_ms: upper, decisions })
          .onConflict((conflict) =>
            conflict
              .columns(['tenant_id', 'hour', 'upper_ms'])
              .doUpdateSet({ decisions: sql`decision_visibility.decisions + excluded.decisions` }),
          )
          .compile();
      });
      await store.commit({ tenantId, evidence: [], statements });
    }
  };
  const flush = (): Promise<void> => {
    // Lost counts leave a statistic a little poorer; no request may fail for that.
    flushing = flushing.then(write).catch(() => {});
    return flushing;
  };
  const timer = setInterval(() => void flush(), FLUSH_INTERVAL_MS);
  timer.unref();

  return {
    note(tenantId, milliseconds) {
      const time = now();
      const upper = STEPS_MS.find((step) => milliseconds <= step) ?? Math.ceil(milliseconds);
      const key = `${time - (time % HOUR_MS)}:${upper}`;
      const ofTenant = counts.get(tenantId) ?? new Map<string, number>();
      counts.set(tenantId, ofTenant);
      ofTenant.set(key, (ofTenant.get(key) ?? 0) + 1);
    },
    flush,
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}
