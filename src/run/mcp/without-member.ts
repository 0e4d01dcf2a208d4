import type { Span } from './json-scan.js';
import { splice } from './splice.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * The message without one member of an object, found by its value. Its name holds no quotation mark, so the last one that
 * is not escaped opens it.
 */
export function withoutMember(message: Buffer, value: Span): Buffer {
  let start = message.lastIndexOf(QUOTE, value.start - 1);
  do start = message.lastIndexOf(QUOTE, start - 1);
  while (start > 0 && message[start - 1] === BACKSLASH);
  const before = skip(message, start - 1, -1);
  if (message[before] === COMMA) return splice(message, [{ start: before, end: value.end, text: '' }]);
  const after = skip(message, value.end, 1);
  return splice(message, [{ start, end: message[after] === COMMA ? after + 1 : value.end, text: '' }]);
}

function skip(message: Buffer, from: number, step: 1 | -1): number {
  let at = from;
  while (message[at] === 0x20 || message[at] === 0x09 || message[at] === 0x0a || message[at] === 0x0d)
    at += step;
  return at;
}
