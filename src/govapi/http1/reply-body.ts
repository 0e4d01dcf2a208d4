import { badReply, cutOff } from './bad-reply.js';
import type { IncomingBytes } from './incoming-bytes.js';
import type { BodyEnd } from './reply-head.js';

const CHUNK_HEAD = /^([\da-f]{1,12})[ \t]*(?:;[\t -~\u0080-\u00ff]*)?$/i;
const MAX_LINE = 16 * 1024;

/** The bytes of a body without their framing. @throws when the peer leaves before its end. */
export async function* readBody(bytes: IncomingBytes, end: BodyEnd): AsyncGenerator<Buffer, void> {
  if (end.by === 'length') return yield* exactly(bytes, end.bytes);
  if (end.by === 'chunks') return yield* chunks(bytes);
  for (;;) {
    const part = await bytes.some(Number.MAX_SAFE_INTEGER);
    if (part === undefined) return;
    yield part;
  }
}

async function* chunks(bytes: IncomingBytes): AsyncGenerator<Buffer, void> {
  for (;;) {
    const [, digits] = CHUNK_HEAD.exec(await bytes.until('\r\n', MAX_LINE)) ?? [];
    if (digits === undefined) throw badReply('the size of a chunk');
    const size = Number.parseInt(digits, 16);
    if (size === 0) break;
    yield* exactly(bytes, size);
    if ((await bytes.until('\r\n', 0)) !== '') throw badReply('the end of a chunk');
  }
  // Trailers say nothing to this client.
  let left = MAX_LINE;
  for (let line = ' '; line !== ''; left -= line.length + 2) line = await bytes.until('\r\n', left);
}

async function* exactly(bytes: IncomingBytes, count: number): AsyncGenerator<Buffer, void> {
  for (let left = count; left > 0;) {
    const part = await bytes.some(left);
    if (part === undefined) throw cutOff();
    left -= part.length;
    yield part;
  }
}
