import type { IncomingMessage } from 'node:http';
import { readBody } from '../sdk-broker/read-body.js';

/** Largest message accepted; it is kept until it is whole. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The message in the body of a POST, or why there is none. A body that could be read in another way is not accepted. */
export async function readMessage(
  request: IncomingMessage,
): Promise<{ readonly bytes: Buffer } | { readonly status: number; readonly why: string }> {
  const { headers } = request;
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (!/^application\/json\s*(?:;|$)/.test(type)) {
    return { status: 415, why: 'the content type is not application/json' };
  }
  const charset = /charset\s*=\s*"?([^";\s]+)/.exec(type)?.[1] ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') return { status: 415, why: 'the message is not in UTF-8' };
  if ((headers['content-encoding']?.toLowerCase() ?? 'identity') !== 'identity') {
    return { status: 415, why: 'the message is encoded' };
  }
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    return { status: 413, why: 'the message is too long' };
  }
  const bytes = await readBody(request, MAX_BODY_BYTES);
  return bytes === undefined ? { status: 413, why: 'the message is too long' } : { bytes };
}
