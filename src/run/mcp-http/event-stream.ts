import { GrowingBytes } from '../growing-bytes.js';
import { withoutMark } from '../mcp/unframed.js';
import { MAX_MESSAGE_BYTES } from '../mcp/message-limit.js';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

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

/**
 * Splits a byte stream into events at empty lines; a line ends at LF, CR LF or CR. An event is given out as soon as it is
 * over: behind a CR that may be only the half of its line end, so the LF is then what the next event begins with.
 */
export class EventFramer {
  readonly #kept = new GrowingBytes();
  /** Where the line begins that is being read, and how far it was looked at. */
  #line = 0;
  #looked = 0;
  #afterCr = false;
  #first = true;

  /** The events that the chunk completes; undefined when one is too long to be judged. */
  push(chunk: Buffer): StreamEvent[] | undefined {
    this.#kept.add(chunk);
    if (this.#kept.size > MAX_MESSAGE_BYTES) return undefined;
    const all = this.#kept.bytes;
    const events: StreamEvent[] = [];
    let from = 0;
    for (; this.#looked < all.length; this.#looked += 1) {
      const byte = all[this.#looked];
      if (byte !== LF && byte !== CR) continue;
      const at = this.#looked;
      const secondHalf = byte === LF && this.#afterCr && at === this.#line;
      // Nothing but the other half of a line end that is out already.
      const over = secondHalf ? at === from : at === this.#line;
      this.#line = at + 1;
      this.#afterCr = byte === CR;
      if (!over) continue;
      if (byte === CR && all[at + 1] === LF) {
        this.#looked += 1;
        this.#line += 1;
        this.#afterCr = false;
      }
      events.push(this.#event(all.subarray(from, this.#line)));
      from = this.#line;
    }
    if (from > 0) this.#kept.drop(from);
    this.#line -= from;
    this.#looked -= from;
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

/** Where the line from `at` on ends; undefined when it does not. */
function lineEnd(bytes: Buffer, at: number): { text: number; next: number } | undefined {
  for (let text = at; text < bytes.length; text += 1) {
    if (bytes[text] === LF) return { text, next: text + 1 };
    if (bytes[text] === CR) return { text, next: bytes[text + 1] === LF ? text + 2 : text + 1 };
  }
  return undefined;
}
