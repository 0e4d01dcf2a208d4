import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import { backoffMs } from '../../govapi/retry.js';

export type RowOutcome =
  | { readonly state: 'done'; readonly shown: object }
  | { readonly state: 'failed'; readonly error: ThothctlError }
  /** The work ended before this row had its turn. */
  | { readonly state: 'not_sent' };

export interface SendOptions {
  /** Requests under way at a time. */
  readonly concurrency: number;
  /** Whether the same row may be sent again without doing it twice. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

const ATTEMPTS = 3;
/** A service that is away refuses every row; after so many in a row the rest is left for another run. */
const GIVES_UP_AFTER = 20;
/** No other row would fare better. */
const FATAL: readonly string[] = ['unauthenticated', 'forbidden', 'interrupted'];

/** Sends all rows, so many at a time and no faster than they are answered. Every row has its outcome. */
export async function sendRows<Row>(
  rows: readonly Row[],
  send: (row: Row) => Promise<object>,
  { concurrency, repeatable, signal, onProgress }: SendOptions,
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = rows.map(() => ({ state: 'not_sent' }));
  const queue = rows.entries();
  let done = 0;
  let awayInARow = 0;
  let stopped = false;

  const attempt = async (row: Row): Promise<RowOutcome> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return { state: 'done', shown: await send(row) };
      } catch (cause) {
        if (!(cause instanceof ThothctlError)) throw cause;
        const again = repeatable && cause.exit === 'unavailable' && tries < ATTEMPTS && !stopped;
        if (!again || signal.aborted) return { state: 'failed', error: cause };
        await delay(backoffMs(tries, Math.random), undefined, { signal }).catch(() => undefined);
      }
    }
  };

  const work = async (): Promise<void> => {
    // All workers draw from one queue, so that no row is sent twice and none waits for a slow neighbour.
    for (const [index, row] of queue) {
      const outcome = await attempt(row);
      outcomes[index] = outcome;
      onProgress((done += 1));
      const exit = outcome.state === 'failed' ? outcome.error.exit : undefined;
      awayInARow = exit === 'unavailable' ? awayInARow + 1 : 0;
      if ((exit !== undefined && FATAL.includes(exit)) || awayInARow >= GIVES_UP_AFTER) stopped = true;
      if (stopped || signal.aborted) return;
    }
  };

  await Promise.all(Array.from({ length: Math.min(concurrency, rows.length) }, work));
  return outcomes;
}
