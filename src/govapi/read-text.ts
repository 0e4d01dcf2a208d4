import { tooLarge } from './fault.js';
import { LARGEST_REPLY } from './transport.js';

/** Collects a body as UTF-8, up to the limit. @throws ThothctlError `reply_too_large`. */
export async function readText(chunks: AsyncIterable<Uint8Array>, url: URL): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > LARGEST_REPLY) throw tooLarge(url);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}
