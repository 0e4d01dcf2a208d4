import {
  request as plainRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import { errorCode } from '../../errors/index.js';
import { DeliveryFailure, resolveDestination, type Destination } from './destination.js';

export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OutboundReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface OutboundLimits {
  readonly allowPrivate: boolean;
  /** For the whole exchange, name resolution included. */
  readonly timeoutMs: number;
  readonly maxReplyBytes: number;
  /** For who needs the status alone: what is over the size is cut off instead of being a failure. */
  readonly cutReply?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * One request to a destination of a tenant's choice: checked, pinned to the checked address, verified by TLS, within a
 * time and a size. Redirects are not followed, they would lead past the check; a 3xx is the reply.
 */
export async function sendOutbound(request: OutboundRequest, limits: OutboundLimits): Promise<OutboundReply> {
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const signal = limits.signal === undefined ? timeout : AbortSignal.any([timeout, limits.signal]);
  try {
    const destination = await whileWanted(resolveDestination(request.url, limits.allowPrivate), signal);
    return await exchange(destination, request, limits, signal);
  } catch (error) {
    if (timeout.aborted) {
      throw new DeliveryFailure('timeout', `no complete answer within ${limits.timeoutMs / 1000} seconds`);
    }
    if (signal.aborted) throw new DeliveryFailure('interrupted', 'the server is stopping');
    throw error instanceof DeliveryFailure
      ? error
      : new DeliveryFailure('unreachable', connectionFault(error));
  }
}

function exchange(
  destination: Destination,
  { method, headers, body }: OutboundRequest,
  limits: OutboundLimits,
  signal: AbortSignal,
): Promise<OutboundReply> {
  const { url, address, family } = destination;
  const options: RequestOptions = {
    method,
    signal,
    agent: false,
    headers: {
      'user-agent': 'thothctl-server',
      ...headers,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
    lookup: (_host, { all }, done) => {
      if (all === true) done(null, [{ address, family }]);
      else done(null, address, family);
    },
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const call = send(url, options, (reply) => {
      readReply(reply, limits).then(resolve, reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function readReply(
  reply: IncomingMessage,
  { maxReplyBytes, cutReply }: OutboundLimits,
): Promise<OutboundReply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of reply) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maxReplyBytes) {
      reply.destroy();
      if (cutReply === true) break;
      throw new DeliveryFailure('reply_too_large', `the answer is over ${maxReplyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return {
    status: reply.statusCode ?? 0,
    headers: reply.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** Name resolution cannot be cancelled, but nobody needs to wait for it. */
function whileWanted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function connectionFault(error: unknown): string {
  const code = errorCode(error) ?? '';
  if (code === 'ECONNREFUSED') return 'the destination refuses connections';
  if (code === 'ECONNRESET') return 'the destination closed the connection';
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return `its certificate is not accepted (${code})`;
  return `the destination cannot be reached${code === '' ? '' : ` (${code})`}`;
}
