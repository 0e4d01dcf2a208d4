import type { StreamHub } from '../../../context.js';

export interface Waker {
  /** Resolves at the next commit, at once when one came since the last wait, and at the latest after `ms`. */
  wait(this: void, ms: number): Promise<void>;
  stop(): void;
}

/** Remembers a commit that comes while nobody waits, so that none is slept through. */
export function createWaker(hub: StreamHub, tenantId: string, stopped: AbortSignal): Waker {
  let woken = false;
  let resume: (() => void) | undefined;
  const wake = (): void => {
    woken = true;
    resume?.();
  };
  const unsubscribe = hub.subscribe(tenantId, wake);
  stopped.addEventListener('abort', wake, { once: true });
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          resume = undefined;
          woken = false;
          resolve();
        };
        const timer = setTimeout(done, ms);
        resume = done;
        if (woken || stopped.aborted) done();
      }),
    stop: () => {
      unsubscribe();
      stopped.removeEventListener('abort', wake);
    },
  };
}
