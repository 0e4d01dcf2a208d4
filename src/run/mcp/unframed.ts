const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const SPACES = new Set([0x20, 0x0a, 0x0d, 0x09]);

/** Many readers drop the mark, so what is judged and passed on is what stands behind it. */
export function withoutMark(text: Buffer): Buffer {
  return text.subarray(0, 3).equals(BYTE_ORDER_MARK) ? text.subarray(3) : text;
}

/**
 * True of text that is not one message, yet that some readers would find messages in: a batch, several behind each other, or
 * the beginning of one that goes on in the next line. What a server logs looks different.
 */
export function mayHoldMessages(text: Buffer): boolean {
  const unmarked = withoutMark(text);
  const first = unmarked.findIndex((byte) => !SPACES.has(byte));
  if (unmarked[first] === OPEN_OBJECT) return true;
  if (unmarked[first] !== OPEN_ARRAY) return false;
  const second = unmarked.subarray(first + 1).find((byte) => !SPACES.has(byte));
  return second === undefined || second === OPEN_OBJECT;
}
