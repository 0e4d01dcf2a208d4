import type { ServerContext } from '../context.js';
import { expireDueHolds } from './hold-expiry.js';
import { catchUp } from '../reports/read-models/catch-up.js';
import { removeExpired } from './retention.js';

const HOLD_SWEEP_MS = 1000;
/** Reads catch up by themselves; this only keeps the first one after a busy hour from having to do all of it. */
const READ_MODEL_SWEEP_MS = 60_000;
const RETENTION_SWEEP_MS = 3_600_000;

/** Starts the sweeps of the data plane; they end with the server's streams. A sweep that fails is tried at its next turn. */
export function startHousekeeping(context: ServerContext): void {
  repeat(context, HOLD_SWEEP_MS, () => expireDueHolds(context));
  repeat(context, READ_MODEL_SWEEP_MS, () => catchUpAll(context));
  repeat(context, RETENTION_SWEEP_MS, () => removeExpired(context));
}

async function catchUpAll(context: ServerContext): Promise<void> {
  const tenants = await context.store.read.selectFrom('tenants').select('tenant_id').execute();
  for (const tenant of tenants) await catchUp(context, tenant.tenant_id);
}

function repeat(context: ServerContext, everyMs: number, sweep: () => Promise<void>): void {
  const { closed } = context.streams;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    if (closed.aborted) return;
    timer = setTimeout(() => void run(), everyMs);
    // A sweep alone must not keep a stopping process alive.
    timer.unref();
  };
  const run = async (): Promise<void> => {
    try {
      await sweep();
    } catch {
      // The store reports its own faults to every caller; a hold that is due is also expired when it is next read.
    }
    next();
  };
  closed.addEventListener('abort', () => clearTimeout(timer), { once: true });
  next();
}
