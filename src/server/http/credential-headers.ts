import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from './port.js';

const BEARER = /^bearer +(\S+) *$/i;

/**
 * The credential of a request: `X-Api-Key` or `Authorization: Bearer`, on every path. Two that differ are refused,
 * since guessing which one was meant could act for the wrong principal.
 */
export function presentedCredential(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = singleHeader(headers['x-api-key']);
  const authorization = headers.authorization;
  if (authorization === undefined) return apiKey;
  const bearer = BEARER.exec(authorization)?.[1];
  if (bearer === undefined)
    throw new HttpError(401, 'unauthorized', 'Authorization must be a bearer credential');
  if (apiKey !== undefined && apiKey !== bearer) {
    throw new HttpError(401, 'unauthorized', 'two different credentials were sent; send one');
  }
  return bearer;
}

/** Optional extra credential of the events path. */
export function presentedIngestToken(headers: IncomingHttpHeaders): string | undefined {
  return singleHeader(headers['x-thoth-event-ingest-token']);
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(value) ? value.join(', ') : value)?.trim();
  return text === '' ? undefined : text;
}
