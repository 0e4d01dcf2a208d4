import type { ExitStatus } from '../exit-status.js';

const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Settles with the signal that ends a run without a command: its normal end. A second one ends the process at once. */
export function stopSignal(): Promise<ExitStatus> {
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const each of STOPPING) process.removeListener(each, stop);
      resolve({ code: 0 });
    };
    for (const each of STOPPING) process.on(each, stop);
  });
}
