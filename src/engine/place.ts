export interface Place {
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
}

/** 1-based line and column (in characters) of a byte offset into UTF-8 text. */
export function placeOfByte(source: string, byteOffset: number): Place {
  return placeOf(source, Buffer.from(source, 'utf8').subarray(0, byteOffset).toString('utf8').length);
}

/** 1-based line and column of a UTF-16 offset. */
export function placeOf(source: string, offset: number): Place {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return {
    line,
    column: Array.from(source.slice(start, offset)).length + 1,
    excerpt: excerptOf(source, line),
  };
}

const EXCERPT_LIMIT = 200;

/** The text of a line, fit for a terminal. */
export function excerptOf(source: string, line: number): string {
  return printable(source.split('\n')[line - 1] ?? '')
    .trimEnd()
    .slice(0, EXCERPT_LIMIT);
}

/** Text without control characters, tabs apart. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, '');
}
