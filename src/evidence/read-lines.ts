import { createReadStream } from 'node:fs';

/** Far above any real record; keeps a hostile file from filling memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

export interface Line {
  /** Undefined when the bytes are not UTF-8 or the line is longer than `MAX_LINE_BYTES`. */
  readonly text: string | undefined;
  /** False for bytes after the last line feed. */
  readonly ended: boolean;
  /** True for the last line of the file. */
  readonly last: boolean;
}

/** Lines of a file, decoded strictly: a byte order mark stays, invalid UTF-8 is not replaced. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let held: Omit<Line, 'last'> | undefined;
  for await (const line of rawLines(path)) {
    if (held) yield { ...held, last: false };
    held = line;
  }
  if (held) yield { ...held, last: true };
}

async function* rawLines(path: string): AsyncGenerator<Omit<Line, 'last'>> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (ended: boolean): Omit<Line, 'last'> => {
    const text = length > MAX_LINE_BYTES ? undefined : decode(Buffer.concat(parts));
    parts = [];
    length = 0;
    return { text, ended };
  };
  const keep = (part: Buffer): void => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) continue;
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      keep(chunk.subarray(from, at));
      yield take(true);
      from = at + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (length > 0) yield take(false);
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
