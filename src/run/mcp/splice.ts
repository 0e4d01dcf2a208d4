import type { Span } from './json-scan.js';

export interface Edit extends Span {
  readonly text: string | Buffer;
}

/** The line with some spans replaced, which do not overlap; every other byte stays as it was. */
export function splice(line: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(line.subarray(at, start), typeof text === 'string' ? Buffer.from(text) : text);
    at = end;
  }
  return Buffer.concat([...parts, line.subarray(at)]);
}
