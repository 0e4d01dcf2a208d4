import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { ThothctlError } from '../../errors/index.js';
import { checkListenAddress, IDLE_CONNECTION_MS, reachableUrl } from '../../listen-address.js';
import { rejectCaller, type AllowedCallers } from './caller-check.js';
import { allowOrigin, answerPreflight } from './cross-origin.js';
import { elsewhere, type EndpointGuard } from './endpoint-guard.js';

export interface EndpointOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly path: string;
  readonly allowed: AllowedCallers;
  /** Plain HTTP beyond this machine is accepted. */
  readonly insecureHttp: boolean;
  /** What callers have to show; without it all that can connect are served. */
  readonly guard?: EndpointGuard | undefined;
}

/** A local HTTP endpoint of MCP. */
export interface Endpoint {
  readonly url: string;
  /** For the agent of the run alone; holds what lets it in. */
  readonly agentUrl: string;
  /** Ends every connection; settles when none is left. */
  close(): Promise<void>;
}

/** Takes one request that came to the endpoint's path from a caller who may call. */
export type RequestTaker = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Long enough for a large body on a slow line; a held call waits after its body. */
const BODY_TIMEOUT_MS = 300_000;

/** Listens. @throws ThothctlError `endpoint_not_opened`, `insecure_listen` */
export async function openEndpoint(options: EndpointOptions, take: RequestTaker): Promise<Endpoint> {
  const { host, port, path, allowed, guard } = options;
  checkListenAddress({ host, tls: false, insecureHttp: options.insecureHttp });
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    const why = rejectCaller(request, allowed);
    if (why !== undefined) return turnAway(request, response, 403, why);
    allowOrigin(request, response, allowed.origins);
    if (request.method === 'OPTIONS') return answerPreflight(request, response);
    const at = pathOf(request);
    const refusal = guard === undefined ? elsewhere(at, path) : guard.reject(request, at);
    if (refusal !== undefined) return turnAway(request, response, refusal.status, refusal.why);
    take(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else turnAway(request, response, 500, 'the proxy failed');
    });
  });
  server.requestTimeout = BODY_TIMEOUT_MS;
  server.keepAliveTimeout = IDLE_CONNECTION_MS;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (cause) {
    throw new ThothctlError({
      code: 'endpoint_not_opened',
      message: `${isIPv6(host) ? `[${host}]` : host}:${port} cannot be listened on.`,
      exit: 'runFailed',
      fix: 'Give --listen another address, or port 0 for a free one.',
      cause,
    });
  }
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const origin = reachableUrl(host, bound, false);
  return {
    url: `${origin}${path}`,
    agentUrl: `${origin}${guard?.agentPath ?? path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').replace(/[?#].*$/s, '');
}

/** Refuses without reading: the connection ends, or the body would be taken for the next request. */
function turnAway(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ error: message });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(body);
  request.resume();
}
