import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../errors/index.js';
import type { OperationOutput } from '../contract/index.js';
import type { PolicyApi } from './remote.js';

export type SyncStatus = OperationOutput<'getPolicySyncStatus'>;

/** Words that end a run; anything else means it still goes on (govapi-behaviour section 13). */
const FINAL = new Set(['success', 'partial', 'no_change', 'error', 'disabled', 'idle']);

function isFinalSync(status: SyncStatus): boolean {
  return FINAL.has(status.status.toLowerCase());
}

export interface SyncWait {
  /** Seconds between polls. */
  readonly intervalSeconds: number;
  /** Seconds after which the wait ends with `pending`. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
  readonly onPoll?: (status: SyncStatus) => void;
}

/** Asks the enforcers to fetch policy now. */
export async function triggerSync(api: PolicyApi, signal?: AbortSignal): Promise<SyncStatus> {
  return api.call('triggerPolicySync', { body: {} }, { signal });
}

/** State of the running or the latest sync. */
export async function readSyncStatus(api: PolicyApi, signal?: AbortSignal): Promise<SyncStatus> {
  return api.call('getPolicySyncStatus', {}, { signal });
}

/**
 * Polls until the run ends.
 * @throws ThothctlError `sync_pending` (exit 8) when it still runs at the deadline.
 */
export async function waitForSync(api: PolicyApi, started: SyncStatus, wait: SyncWait): Promise<SyncStatus> {
  const deadline = Date.now() + wait.timeoutSeconds * 1000;
  let status = started;
  while (!isFinalSync(status)) {
    const left = deadline - Date.now();
    if (left <= 0) {
      throw new ThothctlError({
        code: 'sync_pending',
        message: `the policy sync is still \`${status.status}\` after ${wait.timeoutSeconds} s`,
        exit: 'pending',
        fix: 'wait longer with --wait-timeout, or ask again with `thothctl policy sync --status`',
      });
    }
    await delay(Math.min(wait.intervalSeconds * 1000, left), undefined, { signal: wait.signal });
    status = await api.call('getPolicySyncStatus', {}, { signal: wait.signal });
    wait.onPoll?.(status);
  }
  return status;
}

/** Triggers a run and waits for its end: then the enforcers have what was pushed. */
export async function syncAndWait(
  api: PolicyApi,
  wait: Omit<SyncWait, 'intervalSeconds'>,
): Promise<{ readonly status: SyncStatus; readonly exit: ReturnType<typeof syncExit> }> {
  const status = await waitForSync(api, await triggerSync(api, wait.signal), { ...wait, intervalSeconds: 2 });
  return { status, exit: syncExit(status) };
}

/** Exit name of a finished run: an error is a failed check, a partial run is partial. */
export function syncExit(status: SyncStatus): 'ok' | 'checkFailed' | 'partial' {
  const word = status.status.toLowerCase();
  if (word === 'error') return 'checkFailed';
  return word === 'partial' ? 'partial' : 'ok';
}
