import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { IDLE_CONNECTION_MS } from '../../listen-address.js';

/** From a connection to the end of its first request's head; whoever is let in may take his time after that. */
const FIRST_HEAD_MS = 60_000;

/**
 * HTTP on a free port of 127.0.0.1. Nothing of HTTP is loaded before the first connection: most programs of a run never
 * make one, and none of them should start later for it.
 */
export class LoopbackServer {
  /** Open connections, each with the limit to its first request. */
  readonly #sockets = new Map<Socket, NodeJS.Timeout>();
  readonly #listener = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  #http: HttpServer | undefined;

  constructor(private readonly handler: RequestListener) {}

  /** 0 before it listens. */
  get port(): number {
    const address = this.#listener.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen(0, '127.0.0.1', resolve);
    });
  }

  /** Cuts what is open. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#listener.close(resolve));
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    // A server that does not listen itself limits nothing.
    const limit = setTimeout(() => socket.destroy(), FIRST_HEAD_MS).unref();
    this.#sockets.set(socket, limit);
    socket.once('close', () => {
      clearTimeout(limit);
      this.#sockets.delete(socket);
    });
    this.#http ??= this.#createHttp();
    this.#http.emit('connection', socket);
  }

  #createHttp(): HttpServer {
    const http = createHttpServer({ keepAliveTimeout: IDLE_CONNECTION_MS }, (request, response) => {
      clearTimeout(this.#sockets.get(request.socket));
      this.handler(request, response);
    });
    http.on('clientError', (_error, socket) => socket.destroy());
    return http;
  }
}
