import { ThothctlError } from '../../errors/index.js';
import type { Row, RowStream } from '../../output/port.js';
import { readCursor, saveCursor } from './cursor-file.js';
import { pollRows } from './poll.js';
import type { FollowApi, FollowedRow, FollowSource } from './source.js';

interface FollowOptions {
  /** Exclusive position to continue after, or `start` for the oldest row, or `latest` for the next new one. */
  readonly from: string;
  readonly signal: AbortSignal;
  readonly notice: (text: string) => void;
  /** Told where the following began, before the first row: nothing that comes after that is missed. */
  readonly onStart?: (cursor: string) => void;
  /** Milliseconds between two reads of a control plane without streams. */
  readonly pollMs?: number;
}

/** Rows as they are committed, each with the position after it; ends only by abort or failure. */
export async function* follow(
  api: FollowApi,
  source: FollowSource,
  options: FollowOptions,
): AsyncGenerator<FollowedRow, void> {
  const { from } = options;
  const polledBefore = from.startsWith('id:');
  let received = false;
  try {
    // A position made of a row id means nothing to a stream: that control plane had none, and is read as before.
    if (!polledBefore) {
      const cursor = from === 'start' ? undefined : from;
      for await (const item of api.stream(source.stream, {
        cursor,
        signal: options.signal,
        onInterruption: options.notice,
        ...(options.onStart && { onStart: options.onStart }),
      })) {
        received = true;
        yield item;
      }
      return;
    }
  } catch (cause) {
    if (received || !isAbsent(cause)) throw cause;
    options.notice(
      `this control plane has no live stream of ${source.name}; its newest rows are read every few seconds instead`,
    );
  }
  yield* pollRows(api, source, {
    from,
    signal: options.signal,
    notice: options.notice,
    ...(options.onStart && { onStart: options.onStart }),
    ...(options.pollMs === undefined ? {} : { intervalMs: options.pollMs }),
  });
}

interface TailOptions extends Omit<FollowOptions, 'from'> {
  /** Wins over the cursor file; `latest` when neither says anything. */
  readonly from: string | undefined;
  /** File the position is kept in; saved after a row was written out, never before. */
  readonly cursorFile?: string;
  readonly wanted: (row: Row) => boolean;
  /** Ends after this many written rows. */
  readonly limit?: number;
}

/** Writes rows as they come until the signal aborts. Returns the number of rows written. */
export async function tail(
  api: FollowApi,
  source: FollowSource,
  stream: RowStream,
  options: TailOptions,
): Promise<number> {
  const { cursorFile } = options;
  const saved =
    cursorFile === undefined ? undefined : await readCursor(cursorFile, api.tenantId, source.name);
  const from = options.from ?? saved ?? 'latest';
  const keep = async (position: string): Promise<void> => {
    if (cursorFile !== undefined) await saveCursor(cursorFile, api.tenantId, source.name, position);
  };
  // A tail that saw no row continues from where it began, not from wherever "latest" is next time.
  let kept: Promise<void> = Promise.resolve();
  const onStart = (position: string): void => {
    kept = keep(position);
    kept.catch(() => undefined);
  };
  let written = 0;
  try {
    for await (const item of follow(api, source, { ...options, from, onStart })) {
      await kept;
      if (options.wanted(item.row)) {
        await stream.write(item.row);
        written += 1;
      }
      await keep(item.cursor);
      if (options.limit !== undefined && written >= options.limit) return written;
    }
    await kept;
  } catch (cause) {
    if (!options.signal.aborted) throw cause;
  }
  return written;
}

/** The server answers, but does not know the stream: a GovAPI without this project's additions. */
function isAbsent(cause: unknown): boolean {
  return cause instanceof ThothctlError && cause.code === 'not_supported_by_server';
}
