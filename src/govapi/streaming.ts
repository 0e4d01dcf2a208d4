import type { Schema } from '../contract/validators.js';
import { describeIssues } from '../contract/validators.js';
import { ThothctlError } from '../errors/index.js';
import { failureOf } from './failure.js';
import { readText } from './read-text.js';
import { systemPorts } from './retry.js';
import { SseReader, type SseEvent } from './sse.js';
import type { HttpReply, HttpStream } from './transport.js';

/** The server comments every 15 seconds at the latest; three missed in a row mean the connection is dead. */
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** Attempts before the first success; afterwards an interruption is waited out. */
const OPENING_ATTEMPTS = 4;

export interface StreamItem<Row> {
  /** Position of the row; give it back to continue after it. */
  readonly cursor: string;
  readonly row: Row;
}

export interface StreamOptions {
  /** Position after which to begin; `latest` for new rows only; absent for all. */
  readonly cursor?: string | undefined;
  /** False ends after the newest row. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told the position the stream began at, before any row; a reader that saw none continues from here. */
  readonly onStart?: (cursor: string) => void;
  /** Told when the connection is lost and when it is back. */
  readonly onInterruption?: (text: string) => void;
  readonly silenceMs?: number;
}

export interface StreamSource<Row> {
  readonly open: (query: { readonly cursor?: string; readonly follow: boolean }) => Promise<HttpStream>;
  readonly row: () => Promise<Schema<Row>>;
  readonly failure: (reply: HttpReply) => Promise<ThothctlError>;
  readonly origin: string;
}

/** Rows of a stream, each once, across any number of reconnects. Ends on abort, or at the end without `follow`. */
export async function* followStream<Row>(
  source: StreamSource<Row>,
  options: StreamOptions,
): AsyncGenerator<StreamItem<Row>> {
  const schema = await source.row();
  const follow = options.follow !== false;
  let cursor = options.cursor;
  let connected = false;
  let started = false;
  for (let failures = 0; ;) {
    try {
      for await (const event of connection(source, cursor, follow, options)) {
        if (failures > 0) options.onInterruption?.('The connection is back.');
        failures = 0;
        connected = true;
        if (event.event === 'end') return;
        if (event.event === 'error')
          throw failureOf({ status: 503, headers: {}, text: event.data }, { origin: source.origin });
        if (event.event !== 'ready' && event.event !== 'row') continue;
        if (event.event === 'ready' && event.id !== '' && !started) {
          started = true;
          options.onStart?.(event.id);
        }
        // A row that was delivered before the connection broke must not come again.
        if (event.event === 'row' && !isAfter(event.id, cursor)) continue;
        if (event.event === 'row') yield { cursor: event.id, row: narrow(schema, event) };
        if (event.id !== '') cursor = event.id;
      }
    } catch (error) {
      if (options.signal?.aborted === true) return;
      const transient = error instanceof ThothctlError && error.exit === 'unavailable';
      if (!transient || (!connected && failures + 1 >= OPENING_ATTEMPTS)) throw error;
    }
    if (options.signal?.aborted === true) return;
    if (failures === 0 && connected)
      options.onInterruption?.(`The stream from ${source.origin} was interrupted; reconnecting.`);
    failures += 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    try {
      await systemPorts.sleep(pause * (0.5 + Math.random() / 2), options.signal);
    } catch {
      return;
    }
  }
}

/** Events of one connection; ends when the peer closes it. Silence is a fault. */
async function* connection<Row>(
  source: StreamSource<Row>,
  cursor: string | undefined,
  follow: boolean,
  options: StreamOptions,
): AsyncGenerator<SseEvent> {
  const stream = await source.open({ ...(cursor === undefined ? {} : { cursor }), follow });
  const stop = (): void => {
    stream.close();
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  let silent = false;
  let heard = 0;
  const watch = setTimeout(() => {
    const before = heard;
    // A process that was stopped, as by a laptop that slept, first reads what came meanwhile.
    setImmediate(() => {
      if (heard > before) return;
      silent = true;
      stream.close();
    });
  }, options.silenceMs ?? SILENCE_MS);
  try {
    await expectStream(source, stream);
    const reader = new SseReader();
    for await (const chunk of stream.chunks) {
      heard += 1;
      watch.refresh();
      for (const event of reader.push(chunk)) yield event;
    }
  } catch (error) {
    throw error instanceof ThothctlError ? error : interrupted(source.origin, silent, error);
  } finally {
    clearTimeout(watch);
    options.signal?.removeEventListener('abort', stop);
    stream.close();
  }
}

async function expectStream<Row>(source: StreamSource<Row>, stream: HttpStream): Promise<void> {
  const isStream = (stream.headers['content-type'] ?? '').toLowerCase().startsWith('text/event-stream');
  if (stream.status === 200 && isStream) return;
  const text = await readText(stream.chunks, new URL(source.origin));
  if (stream.status !== 200)
    throw await source.failure({ status: stream.status, headers: stream.headers, text });
  throw new ThothctlError({
    code: 'unexpected_reply',
    message: `${source.origin} did not answer with an event stream.`,
    exit: 'unexpected',
    fix: 'Check that the address is that of a control plane (`thothctl config explain`).',
  });
}

function interrupted(origin: string, silent: boolean, cause: unknown): ThothctlError {
  return new ThothctlError({
    code: 'stream_interrupted',
    message: silent ? `The stream from ${origin} went silent.` : `The stream from ${origin} was cut.`,
    exit: 'unavailable',
    cause,
  });
}

/** Cursors are decimal and may exceed what a number holds: longer is later, then the digits decide. */
export function isAfter(candidate: string, cursor: string | undefined): boolean {
  if (cursor === undefined || cursor === 'latest') return true;
  return candidate.length === cursor.length ? candidate > cursor : candidate.length > cursor.length;
}

function narrow<Row>(schema: Schema<Row>, event: SseEvent): Row {
  let value: unknown;
  try {
    value = JSON.parse(event.data);
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const first = describeIssues(result.error)[0];
  throw new ThothctlError({
    code: 'unexpected_reply',
    message: `Row ${event.id} of the stream cannot be used: ${first === undefined ? 'it does not fit the contract' : `${first.path} ${first.message}`}.`,
    exit: 'unexpected',
  });
}
