import type { IncomingMessage } from 'node:http';
import { readBody } from '../sdk-broker/read-body.js';
import type { Claim } from './request-room.js';
import { MAX_MESSAGE_BYTES } from '../mcp/message-limit.js';
import { isEncoded } from './upstream.js';

/** Why a request is turned away that could be taken later. */
export const NO_ROOM = 'too many requests are open; send it again later';

/** One charset at most and no other parameter: which of two a server believes could not be known. */
const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*(?:utf-?8|"utf-?8")\s*)?;?\s*$/i;

/** The message in the body of a POST, or why there is none. A body that could be read in another way is not accepted. */
export async function readMessage(
  request: IncomingMessage,
  claim: Claim,
): Promise<{ readonly bytes: Buffer } | { readonly status: number; readonly why: string }> {
  const { headers } = request;
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    return { status: 415, why: 'the content type is not application/json in UTF-8' };
  }
  if (isEncoded(request)) {
    return { status: 415, why: 'the message is encoded' };
  }
  if (Number(headers['content-length'] ?? 0) > MAX_MESSAGE_BYTES) {
    return { status: 413, why: 'the message is too long' };
  }
  let room = true;
  const bytes = await readBody(request, MAX_MESSAGE_BYTES, (size) => (room = claim(size)));
  if (!room) return { status: 503, why: NO_ROOM };
  return bytes === undefined ? { status: 413, why: 'the message is too long' } : { bytes };
}
