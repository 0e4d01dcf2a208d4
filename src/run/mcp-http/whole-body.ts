import type { Readable } from 'node:stream';
import { withoutMark } from '../mcp/unframed.js';
import { MAX_MESSAGE_BYTES } from '../mcp/message-limit.js';

/** Without a byte order mark, which many readers drop. Undefined when it is too long or breaks off. */
export async function wholeBody(body: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) return undefined;
      size += chunk.length;
      if (size > MAX_MESSAGE_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return withoutMark(Buffer.concat(chunks, size));
}
