import { isUtf8 } from 'node:buffer';
import { jsonFault } from '../../errors/index.js';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './port.js';

/** Events carry tool arguments, so the data plane must take at least 5 MiB; one limit serves both planes. */
const BODY_LIMIT_BYTES = 5 * 1024 * 1024;

/** True when the sender announced more than the limit: such a body is refused before a byte of it is read. */
export function announcesTooMuch(request: IncomingMessage, limit = BODY_LIMIT_BYTES): boolean {
  const declared = request.headers['content-length'];
  return declared !== undefined && Number(declared) > limit;
}

/**
 * Reads a body without ever holding more than the limit, whether or not its length was announced. What comes after a
 * refusal is discarded by the server as it arrives, so that a sender who writes first still reads the 413.
 */
export function readBody(request: IncomingMessage, limit = BODY_LIMIT_BYTES): Promise<Buffer | undefined> {
  if (announcesTooMuch(request, limit)) return Promise.reject(tooLarge(limit));
  const declared = request.headers['content-length'];
  if (declared === '0' || (declared === undefined && request.headers['transfer-encoding'] === undefined)) {
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) {
        request.off('data', take);
        request.resume();
        reject(tooLarge(limit));
      } else if (first === undefined) first = chunk;
      else (chunks ??= [first]).push(chunk);
    };
    request.on('data', take);
    request.on('end', () => resolve(chunks === undefined ? first : Buffer.concat(chunks, size)));
    // The sender went away: nothing of ours failed.
    request.on('error', () => reject(new HttpError(400, 'request_aborted', 'the request ended early')));
  });
}

/** Parses JSON strictly; the error names the place so that a hand-written body can be mended. */
export function parseJsonBody(raw: Buffer | undefined): unknown {
  if (raw === undefined || raw.length === 0) return undefined;
  // Decoding would replace such bytes without a word: the decision would be about another call than the one that was sent.
  if (!isUtf8(raw)) throw new HttpError(400, 'invalid_json', 'the body is not UTF-8 text');
  const text = raw.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw invalidJson(text);
  }
}

export function tooLarge(limit = BODY_LIMIT_BYTES): HttpError {
  return new HttpError(413, 'payload_too_large', `the request body is over the limit of ${limit} bytes`, {
    limit_bytes: limit,
  });
}

function invalidJson(text: string): HttpError {
  const { position, line, column } = jsonFault(text);
  return new HttpError(400, 'invalid_json', `the body is not JSON: line ${line}, column ${column}`, {
    position,
    line,
    column,
  });
}
