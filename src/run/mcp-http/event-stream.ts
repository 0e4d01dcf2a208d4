import { withoutMark } from '../mcp/unframed.js';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

/** Longest event accepted; it is kept until it is whole, because only then it can be judged. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/** One event of a server-sent event stream. */
export interface StreamEvent {
  /** As it came, the empty line that ends it included, but without a byte order mark. */
  readonly bytes: Buffer;
  /** Its `data` lines, joined; undefined when it has none. */
  readonly data: Buffer | undefined;
  readonly id: string | undefined;
  /** Milliseconds to wait before the stream is opened again, when the event says so. */
  readonly retry: number | undefined;
}

/** Splits a byte stream into events at empty lines; a line ends at LF, CR LF or CR. */
export class EventFramer {
  /** Chunks without a line end, kept apart: a long line is put together once. */
  #parts: Buffer[] = [];
  #size = 0;
  /** Where the next line to look at begins in the rest. */
  #at = 0;
  #first = true;

  /** The events that the chunk completes; undefined when one is too long to be judged. */
  push(chunk: Buffer): StreamEvent[] | undefined {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size > MAX_EVENT_BYTES) return undefined;
    if (!chunk.includes(LF) && !chunk.includes(CR)) return [];
    const all = Buffer.concat(this.#parts, this.#size);
    const events: StreamEvent[] = [];
    let from = 0;
    for (;;) {
      const end = lineEnd(all, this.#at);
      if (end === undefined) break;
      const empty = end.text === this.#at;
      this.#at = end.next;
      if (!empty) continue;
      events.push(this.#event(all.subarray(from, end.next)));
      from = end.next;
    }
    this.#parts = [all.subarray(from)];
    this.#size = all.length - from;
    this.#at -= from;
    return events;
  }

  #event(raw: Buffer): StreamEvent {
    // A reader drops the mark, so what stands behind it is a field like any other.
    const bytes = this.#first ? withoutMark(raw) : raw;
    this.#first = false;
    const fields = fieldsOf(bytes);
    const named = (name: string) => fields.filter((field) => field.name === name).map(({ value }) => value);
    const data = named('data');
    const retry = named('retry').at(-1)?.toString('latin1');
    return {
      bytes,
      data: data.length === 0 ? undefined : joinLines(data),
      id: named('id').at(-1)?.toString('utf8'),
      retry: retry !== undefined && /^\d{1,9}$/.test(retry) ? Number(retry) : undefined,
    };
  }
}

/** The event with other data; every other field stays as it was. */
export function withData(event: StreamEvent, data: Buffer | string): Buffer {
  const kept = fieldsOf(event.bytes)
    .filter(({ name }) => name !== 'data')
    .map(({ line }) => Buffer.concat([line, Buffer.of(LF)]));
  return Buffer.concat([...kept, messageEvent(data)]);
}

/** An event of our own that carries one message, and a name to resume from if it has one. */
export function messageEvent(message: Buffer | string, id?: string): Buffer {
  const text = typeof message === 'string' ? message : message.toString('utf8');
  const lines = text.trimEnd().split(/\r\n|\n|\r/);
  const named = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`${named}${lines.map((line) => `data: ${line}\n`).join('')}\n`);
}

/** An event without a message: it names the place to resume from before there is anything to say. */
export function primingEvent(id: string, retryMs: number): Buffer {
  return Buffer.from(`id: ${id}\nretry: ${retryMs}\ndata: \n\n`);
}

interface Field {
  readonly line: Buffer;
  readonly name: string;
  readonly value: Buffer;
}

function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  for (;;) {
    const end =
      lineEnd(bytes, at) ?? (at < bytes.length ? { text: bytes.length, next: bytes.length } : undefined);
    if (end === undefined) return fields;
    if (end.text > at) fields.push(field(bytes.subarray(at, end.text)));
    at = end.next;
  }
}

function field(line: Buffer): Field {
  const colon = line.indexOf(COLON);
  if (colon === -1) return { line, name: line.toString('utf8'), value: Buffer.alloc(0) };
  const start = line[colon + 1] === SPACE ? colon + 2 : colon + 1;
  return { line, name: line.toString('utf8', 0, colon), value: line.subarray(start) };
}

function joinLines(lines: readonly Buffer[]): Buffer {
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) return only;
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [Buffer.of(LF), line])));
}

/** Where the line from `at` on ends; undefined while that cannot be said, as after a CR that an LF may follow. */
function lineEnd(bytes: Buffer, at: number): { text: number; next: number } | undefined {
  const lf = bytes.indexOf(LF, at);
  const upTo = lf === -1 ? bytes.length : lf;
  const cr = bytes.subarray(at, upTo).indexOf(CR);
  if (cr === -1) return lf === -1 ? undefined : { text: lf, next: lf + 1 };
  const text = at + cr;
  if (text + 1 === bytes.length) return undefined;
  return { text, next: bytes[text + 1] === LF ? text + 2 : text + 1 };
}
