import { deadline } from './deadline.js';
import { networkFault } from './fault.js';
import { Connection, type IncomingReply } from './http1/connection.js';
import { readText } from './read-text.js';
import type { HttpReply, HttpRequest, HttpStream, Transport } from './transport.js';

/** Seconds a connection may have been idle: the peer may be closing one that was not used for longer. */
const MAX_IDLE = 2;

interface Idle {
  readonly connection: Connection;
  readonly origin: string;
  /** Seconds since the process began; the clock of `performance` takes a millisecond to load. */
  readonly since: number;
}

/** Transport over plain sockets: loading node:http alone would take a tenth of a command's time, undici ten times that. */
export class OneShotTransport implements Transport {
  readonly #ca: string | undefined;
  readonly #idle: Idle[] = [];

  /** @param ca PEM of the only authority to trust; undefined trusts what Node trusts. */
  constructor(ca: string | undefined) {
    this.#ca = ca;
  }

  async send(request: HttpRequest): Promise<HttpReply> {
    const limit = deadline(request.timeoutMs, request.signal);
    try {
      const { status, headers, chunks } = await this.#exchange(request, limit.signal);
      return { status, headers, text: await readText(chunks, request.url) };
    } catch (error) {
      throw networkFault(error, request.url, limit.passed(), request.signal);
    } finally {
      limit.clear();
    }
  }

  async open(request: HttpRequest): Promise<HttpStream> {
    const limit = deadline(request.timeoutMs, request.signal);
    try {
      const { status, headers, chunks, close } = await this.#exchange(request, limit.signal);
      return { status, headers, chunks, close };
    } catch (error) {
      throw networkFault(error, request.url, limit.passed(), request.signal);
    } finally {
      limit.clear();
    }
  }

  async close(): Promise<void> {
    for (const { connection } of this.#idle.splice(0)) connection.close();
  }

  async #exchange(
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<IncomingReply & { readonly close: () => void }> {
    const { url, once } = request;
    const connection =
      (once ? undefined : this.#takeIdle(url.origin)) ?? (await Connection.open(url, this.#ca, signal));
    const reply = await connection.exchange({ ...request, last: once }, signal, () => {
      this.#idle.push({ connection, origin: url.origin, since: process.uptime() });
    });
    return { ...reply, close: () => connection.close() };
  }

  #takeIdle(origin: string): Connection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      const fresh = process.uptime() - idle.since < MAX_IDLE;
      if (fresh && idle.origin === origin && idle.connection.usable) return idle.connection;
      idle.connection.close();
    }
    return undefined;
  }
}
