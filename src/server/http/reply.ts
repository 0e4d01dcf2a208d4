import type { ServerResponse } from 'node:http';
import { errorBody } from './error-reply.js';
import type { HttpError } from './port.js';

/** Sends JSON, or nothing at all: an absent body goes out as `Content-Length: 0`, which keeps Go clients connected. */
export function sendReply(
  response: ServerResponse,
  requestId: string,
  status: number,
  body: object | null | undefined,
  extra?: Readonly<Record<string, string>>,
): void {
  const text = body === null || body === undefined ? '' : JSON.stringify(body);
  sendText(response, requestId, status, text, 'application/json; charset=utf-8', extra);
}

/** Sends a text of another kind. In answer to HEAD node keeps the body back, whose length the headers tell. */
export function sendText(
  response: ServerResponse,
  requestId: string,
  status: number,
  text: string,
  contentType: string,
  extra?: Readonly<Record<string, string>>,
): void {
  const headers: Record<string, string | number> = {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...extra,
  };
  if (status !== 204) headers['content-length'] = Buffer.byteLength(text);
  if (text !== '') headers['content-type'] = contentType;
  response.writeHead(status, headers);
  if (text !== '') {
    response.write(text);
    // Sends headers and body as one chunk. `end` would add an empty one, and two go out by a slower way.
    response.socket?.uncork();
  }
  response.end();
}

const HINTS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': '1' },
};

export function sendError(
  response: ServerResponse,
  requestId: string,
  error: HttpError,
  dataPlane: boolean,
  extra?: Readonly<Record<string, string>>,
): void {
  if (response.headersSent) {
    // A stream that fails half way can only be cut; the client resumes from its cursor.
    response.destroy();
    return;
  }
  // Nobody frees a disk within a second.
  const hint = error.code.startsWith('storage_') ? undefined : HINTS[error.status];
  const headers = hint === undefined ? extra : { ...hint, ...extra };
  sendReply(response, requestId, error.status, errorBody(error, requestId, dataPlane), headers);
}
