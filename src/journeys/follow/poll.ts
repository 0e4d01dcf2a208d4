import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import type { Row } from '../../output/port.js';
import type { FollowApi, FollowedRow, FollowSource } from './source.js';

/** Rows of one window. Large against the poll interval, so that consecutive windows overlap. */
const WINDOW = 200;
const INTERVAL_MS = 2000;
/** Longest pause between attempts while the server is away. */
const LONGEST_PAUSE_MS = 15_000;
/** Ids remembered for de-duplication: several windows, bounded for a tail that runs for weeks. */
const REMEMBERED = WINDOW * 20;
/** Marks a position made of a row id, as opposed to a stream's decimal cursor. */
const ID_CURSOR = 'id:';

export interface PollOptions {
  /** `start`, `latest`, or a position made of a row id. A stream's cursor means nothing here and counts as `latest`. */
  readonly from: string;
  readonly signal: AbortSignal;
  readonly notice: (text: string) => void;
  /** Told the position of the first row that will not be passed on, before any is. */
  readonly onStart?: (cursor: string) => void;
  readonly intervalMs?: number;
}

/**
 * Follows a control plane without streams: reads the newest window again and again and passes on the rows not
 * seen before, oldest first. Rows that fell out of the window between two reads cannot be had; that is reported.
 */
export async function* pollRows(
  api: FollowApi,
  source: FollowSource,
  options: PollOptions,
): AsyncGenerator<FollowedRow, void> {
  const seen = new Map<string, true>();
  let first = true;
  for (;;) {
    const window = await steadyWindow(api, source, options);
    const { fresh, gap } = first ? startOf(window, source, options) : unseen(window, source, seen);
    for (const row of window) remember(seen, source.id(row));
    if (first) options.onStart?.(positionOf(window[fresh.length], source));
    if (gap) {
      options.notice(
        `${source.name}: the newest ${WINDOW} rows hold none seen before; rows in between may be missing`,
      );
    }
    for (const row of [...fresh].reverse()) {
      yield { cursor: positionOf(row, source), row };
    }
    first = false;
    await delay(options.intervalMs ?? INTERVAL_MS, undefined, { signal: options.signal });
  }
}

function startOf(window: readonly Row[], source: FollowSource, options: PollOptions) {
  if (options.from.startsWith(ID_CURSOR)) {
    const last = options.from.slice(ID_CURSOR.length);
    const at = window.findIndex((row) => source.id(row) === last);
    return { fresh: at === -1 ? window : window.slice(0, at), gap: at === -1 && window.length >= WINDOW };
  }
  return { fresh: options.from === 'start' ? window : [], gap: false };
}

/** Where a reader of this row goes on; before the oldest when there is none. */
function positionOf(row: Row | undefined, source: FollowSource): string {
  return `${ID_CURSOR}${(row && source.id(row)) ?? ''}`;
}

function unseen(window: readonly Row[], source: FollowSource, seen: ReadonlyMap<string, true>) {
  const fresh = window.filter((row) => {
    const id = source.id(row);
    return id === undefined || !seen.has(id);
  });
  return { fresh, gap: window.length >= WINDOW && fresh.length === window.length };
}

function remember(seen: Map<string, true>, id: string | undefined): void {
  if (id === undefined) return;
  seen.delete(id);
  seen.set(id, true);
  const oldest = seen.size > REMEMBERED ? seen.keys().next().value : undefined;
  if (oldest !== undefined) seen.delete(oldest);
}

/** A tail outlives an outage: an unavailable server is asked again, everything else ends the tail. */
async function steadyWindow(
  api: FollowApi,
  source: FollowSource,
  options: PollOptions,
): Promise<readonly Row[]> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await source.window(api, WINDOW, options.signal);
    } catch (cause) {
      if (!(cause instanceof ThothctlError) || cause.exit !== 'unavailable') throw cause;
      if (attempt === 0) options.notice(`${source.name}: ${cause.message}; trying again`);
      const pause = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);
      await delay(pause, undefined, { signal: options.signal });
    }
  }
}
