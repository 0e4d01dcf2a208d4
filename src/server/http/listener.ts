import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { ThothctlError } from '../../errors/index.js';
import { IDLE_CONNECTION_MS } from '../../listen-address.js';
import { announcesTooMuch } from './request-body.js';

export interface TlsMaterial {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

const HEADERS_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_HEADER_BYTES = 32 * 1024;
const DRAIN_MS = 10_000;
/** What the sender of a broken request has to read why. */
const LINGER_MS = 1000;
const WIRE_FAULTS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export interface Listener {
  readonly port: number;
  /** Stops accepting, lets requests in flight end within ten seconds, then cuts. */
  close(): Promise<void>;
}

export async function listen(
  handler: RequestListener,
  address: { readonly host: string; readonly port: number },
  tls: TlsMaterial | undefined,
): Promise<Listener> {
  const settings = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    noDelay: true,
  };
  const server =
    tls === undefined
      ? createPlainServer(settings)
      : createTlsServer({ ...settings, ...tls, minVersion: 'TLSv1.2' });
  let draining = false;
  // Node counts a connection that never sent a request as busy; a client that connected ahead would hold up the end.
  const unused = new Set<Socket>();
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  const serve: RequestListener = (request, response) => {
    unused.delete(request.socket);
    if (draining) response.shouldKeepAlive = false;
    handler(request, response);
  };
  server.on('request', serve);
  server.on('checkContinue', (request, response) => {
    // A body announced as too large is refused before the sender starts on it.
    if (!announcesTooMuch(request)) response.writeContinue();
    serve(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = WIRE_FAULTS[error.code ?? ''] ?? '400 Bad Request';
    if (socket.writable) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      // Node's own limits end with the parser: who never closes its side would hold the connection for ever. Cutting it
      // at once could take the answer with it.
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    } else socket.destroy();
  });

  await bind(server, address);
  return {
    port: boundPort(server.address(), address.port),
    close: () =>
      new Promise((resolve) => {
        draining = true;
        const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
        for (const socket of unused) socket.destroy();
      }),
  };
}

function bind(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(bindError(error, host, port));
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number): ThothctlError {
  const place = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new ThothctlError({
      code: 'port_in_use',
      message: `the address ${place} is already in use`,
      exit: 'conflict',
      fix: 'choose another port with --port, or --port 0 for a free one',
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new ThothctlError({
      code: 'port_forbidden',
      message: `this user may not listen on ${place}`,
      exit: 'usage',
      fix: 'choose a port above 1023 with --port',
      cause: error,
    });
  }
  return new ThothctlError({
    code: 'listen_failed',
    message: `the server cannot listen on ${place} (${error.code ?? 'unknown cause'})`,
    exit: 'usage',
    fix: 'check --host: it must be an address of this machine',
    cause: error,
  });
}

function boundPort(address: AddressInfo | string | null, asked: number): number {
  return typeof address === 'object' && address !== null ? address.port : asked;
}
