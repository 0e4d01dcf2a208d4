import type { ServerContext } from '../../../context.js';
import { chainHead } from '../../../reports/chain-page.js';
import { errorBody, asHttpError } from '../../error-reply.js';
import { HttpError, type RouteContext, type RouteReply } from '../../port.js';
import { EventStream } from './event-stream.js';
import { createWaker } from './waker.js';

/** A row and its place in commit order. */
interface StreamRow {
  readonly cursor: number;
  readonly row: object;
}

/** Reads the rows in `(after, upTo]`, ascending. */
export type ReadRows = (tenantId: string, after: number, upTo: number) => Promise<readonly StreamRow[]>;

interface Source {
  readonly read: ReadRows;
  /** Throws `HttpError` once the credential no longer opens the stream. */
  readonly checkGrant: () => void;
  readonly wait: (ms: number) => Promise<void>;
}

/** Chain indices looked at in one read: bounds memory and the time a read holds the thread. */
const WINDOW = 500;
const HEARTBEAT_MS = 15_000;
/** Each commit of the tenant wakes them all, and each then reads on the thread that decides for every tenant. */
const MOST_STREAMS_OF_A_TENANT = 100;

/**
 * Follows a tenant's chain as server-sent events. The cursor is the index in the chain: it moves in commit order and
 * survives restarts, so a reader that comes back with the last id it handled misses nothing and sees nothing twice.
 */
export async function follow(
  context: ServerContext,
  request: RouteContext,
  read: ReadRows,
  checkGrant: () => void,
): Promise<RouteReply> {
  const { tenantId, query, raw } = request;
  const head = await chainHead(context.store, tenantId);
  const from = startingPoint(query.cursor ?? lastEventId(raw.request.headers['last-event-id']), head);
  const stopped = AbortSignal.any([request.signal, context.streams.closed]);
  const stream = new EventStream(raw.response, stopped);
  if (raw.request.method === 'HEAD') {
    // Whether the stream would open, from there, is all there is to say: without a body there is nothing to follow.
    stream.start(request.requestId);
    stream.end();
    return 'streamed';
  }
  if (context.streams.following(tenantId) >= MOST_STREAMS_OF_A_TENANT)
    throw new HttpError(
      429,
      'too_many_streams',
      `the tenant has ${MOST_STREAMS_OF_A_TENANT} streams open, as many as it may`,
      { limit: MOST_STREAMS_OF_A_TENANT },
    );
  // Subscribed before the first read: a commit between the two must wake the stream.
  const waker = createWaker(context.streams, tenantId, stopped);
  try {
    stream.start(request.requestId);
    await stream.send('ready', from, {});
    await send(
      context,
      stream,
      tenantId,
      from,
      { read, checkGrant, wait: waker.wait },
      query.follow !== 'false',
    );
  } catch (error) {
    const told = asHttpError(error);
    await stream.fail(errorBody(told, request.requestId, false));
  } finally {
    waker.stop();
    stream.end();
  }
  return 'streamed';
}

async function send(
  context: ServerContext,
  stream: EventStream,
  tenantId: string,
  from: number,
  { read, checkGrant, wait }: Source,
  live: boolean,
): Promise<void> {
  let cursor = from;
  let lastWrite = context.clock.now();
  while (stream.open) {
    const head = await chainHead(context.store, tenantId);
    checkGrant();
    while (cursor < head && stream.open) {
      const upTo = Math.min(cursor + WINDOW, head);
      for (const { cursor: id, row } of await read(tenantId, cursor, upTo)) {
        await stream.send('row', id, row);
        lastWrite = context.clock.now();
      }
      cursor = upTo;
      checkGrant();
      // Windows without rows must not starve other requests, nor let a proxy think the stream is dead.
      await new Promise((resolve) => setImmediate(resolve));
      if (context.clock.now() - lastWrite >= HEARTBEAT_MS) {
        await stream.comment('keep-alive');
        lastWrite = context.clock.now();
      }
    }
    if (!live) {
      await stream.send('end', cursor, {});
      return;
    }
    const idle = context.clock.now() - lastWrite;
    await wait(Math.max(0, HEARTBEAT_MS - idle));
    if (context.clock.now() - lastWrite >= HEARTBEAT_MS) {
      await stream.comment('keep-alive');
      lastWrite = context.clock.now();
    }
  }
}

/** A browser or library that reconnects by itself repeats the last id in a header. */
function lastEventId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}

function startingPoint(text: string | undefined, head: number): number {
  if (text === undefined) return 0;
  if (text === 'latest') return head;
  const cursor = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(cursor)) {
    throw new HttpError(400, 'invalid_request', 'cursor must be a position or latest', { field: 'cursor' });
  }
  if (cursor > head) {
    // Waiting there would silently skip whatever is committed up to it: the store was restored to an earlier state.
    throw new HttpError(
      400,
      'invalid_request',
      `cursor ${cursor} is ahead of the chain, which ends at ${head}`,
      {
        field: 'cursor',
        chain_head: head,
      },
    );
  }
  return cursor;
}
