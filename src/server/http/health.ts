import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ThothctlError } from '../../errors/index.js';
import { storageText } from './error-reply.js';
import { sendReply } from './reply.js';

/** A draining server takes no work; one with an error cannot record anything, and takes none that would need it. */
export type Readiness = 'ready' | 'draining' | ThothctlError;

/** Answers for machines that look after the server, without a credential. False for every other request. */
export async function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  path: string,
  readiness: () => Promise<Readiness>,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (path === '/healthz') sendReply(response, requestId, 200, { status: 'ok' });
  else if (path === '/readyz') sendReadiness(response, requestId, await readiness());
  else return false;
  return true;
}

function sendReadiness(response: ServerResponse, requestId: string, found: Readiness): void {
  if (found === 'ready') sendReply(response, requestId, 200, { status: found });
  else if (found === 'draining') sendReply(response, requestId, 503, { status: found });
  else
    sendReply(response, requestId, 503, {
      status: 'not_ready',
      reason: found.code,
      message: storageText(found),
    });
}
