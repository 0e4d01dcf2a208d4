import { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

/** A sequence of numbers that looks like chance and is the same for the same seed; each in [0, 1). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A reader that takes its time: each write is done only after some turns of the event loop. */
export class SlowReader extends Writable {
  readonly #chunks: Buffer[] = [];

  constructor(
    private readonly roll: () => number,
    private readonly laziest: number,
    private readonly onChunk: (chunk: Buffer) => void = () => undefined,
  ) {
    super({ highWaterMark: 1 + Math.floor(roll() * 512) });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    this.onChunk(chunk);
    let turns = Math.floor(this.roll() * this.laziest);
    const next = (): void => {
      turns -= 1;
      if (turns < 0) done();
      else setImmediate(next);
    };
    next();
  }
}

export function source(): Readable {
  return new Readable({ read: () => undefined });
}

/** The bytes in pieces of any length, with turns of the event loop in between. */
export async function* pieces(bytes: Buffer, roll: () => number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length;) {
    const size = 1 + Math.floor(roll() ** 3 * 400);
    yield bytes.subarray(from, from + size);
    from += size;
    if (roll() < 0.5) await turn();
  }
}

export async function trickle(to: Readable, bytes: Buffer, roll: () => number): Promise<void> {
  for await (const piece of pieces(bytes, roll)) to.push(piece);
}

/** Whole lines, each with its terminator. */
export function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from);
    const to = end === -1 ? bytes.length : end + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}

/** The id of a message as its bytes spell it; undefined when it is no message or has none. */
export function rawId(line: string): string | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null || !('id' in message)) return undefined;
  const { id } = message;
  for (const [, raw] of line.matchAll(/"id"\s*:\s*("(?:[^"\\]|\\.)*"|[-+.\deE]+)/g))
    if (raw !== undefined && JSON.parse(raw) === id) return raw;
  return undefined;
}

/** Numbers beyond 2^53 are told apart by their digits. */
export function idKey(raw: string): string {
  const value: unknown = JSON.parse(raw);
  return typeof value === 'number' && Math.abs(value) > 2 ** 53 ? raw : JSON.stringify(value);
}

/** As most servers do, an id that is text is written anew; a number keeps its digits. */
export function requestId(line: string): string | undefined {
  const raw = rawId(line);
  const message: unknown = raw === undefined ? undefined : JSON.parse(line);
  if (raw === undefined || typeof message !== 'object' || message === null || !('method' in message))
    return undefined;
  return idKey(raw);
}
