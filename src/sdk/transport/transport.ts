import type { Dispatcher } from 'undici';
import { setTimeout as sleep } from 'node:timers/promises';
import { SDK_VERSION } from '../version.js';
import { classifyFailure, isSafeToRetry, type TransportFailure } from './failure.js';
import { openLane, type Lane } from './lanes.js';

const MAX_REPLY_BYTES = 1024 * 1024;
const REFUSED_RETRY_DELAY_MS = 50;

export interface HttpReply {
  readonly kind: 'reply';
  readonly status: number;
  readonly contentType: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Undefined when the body was larger than 1 MiB or ended before its announced length. */
  readonly body: Buffer | undefined;
}

export interface Exchange {
  readonly lane: Lane;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole exchange, the one retry included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Retry once when it cannot have been processed. */
  readonly retryOnce?: boolean;
}

/** All HTTP of one base URL: kept-alive, no redirects, every reply read to its end. */
export class Transport {
  readonly #origin: string;
  readonly #prefix: string;
  readonly #lanes = new Map<Lane, Promise<Dispatcher>>();
  readonly #served = new Set<Lane>();

  constructor(readonly baseUrl: string) {
    const url = new URL(baseUrl);
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
  }

  /** Loads the client and opens a connection ahead of the first check; its outcome does not matter. */
  async warm(): Promise<void> {
    await this.send({ lane: 'checks', method: 'GET', path: '/healthz', headers: {}, timeoutMs: 2000 });
  }

  async send(exchange: Exchange): Promise<HttpReply | TransportFailure> {
    const lane = await this.#lane(exchange.lane);
    const controller = new AbortController();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      controller.abort();
    }, exchange.timeoutMs);
    if (exchange.lane === 'events') timer.unref();
    const stop = (): void => controller.abort();
    exchange.signal?.addEventListener('abort', stop, { once: true });
    if (exchange.signal?.aborted === true) controller.abort();
    try {
      return await this.#attempt(lane, exchange, controller.signal);
    } catch (error) {
      const retry = exchange.retryOnce === true && !controller.signal.aborted;
      if (!retry || !isSafeToRetry(error, this.#served.has(exchange.lane)))
        return classifyFailure(error, timedOut);
      try {
        await sleep(REFUSED_RETRY_DELAY_MS, undefined, { signal: controller.signal });
        return await this.#attempt(lane, exchange, controller.signal);
      } catch (second) {
        return classifyFailure(second, timedOut);
      }
    } finally {
      clearTimeout(timer);
      exchange.signal?.removeEventListener('abort', stop);
    }
  }

  async #attempt(lane: Dispatcher, exchange: Exchange, signal: AbortSignal): Promise<HttpReply> {
    const response = await lane.request({
      origin: this.#origin,
      path: `${this.#prefix}${exchange.path}`,
      method: exchange.method,
      headers: { 'user-agent': `thoth-sdk-ts/${SDK_VERSION}`, ...exchange.headers },
      ...(exchange.body === undefined ? {} : { body: exchange.body }),
      signal,
      // Our own timer bounds the whole exchange, headers and body together.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const body = await readBody(response.body, signal);
    this.#served.add(exchange.lane);
    return {
      kind: 'reply',
      status: response.statusCode,
      contentType: header(response.headers, 'content-type') ?? '',
      requestId: header(response.headers, 'x-request-id'),
      retryAfterMs: retryAfter(header(response.headers, 'retry-after')),
      body,
    };
  }

  #lane(name: Lane): Promise<Dispatcher> {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = openLane(this.#origin, name);
      this.#lanes.set(name, lane);
    }
    return lane;
  }
}

async function readBody(
  stream: Dispatcher.ResponseData['body'],
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > MAX_REPLY_BYTES) {
        stream.destroy();
        return undefined;
      }
      chunks.push(chunk);
    }
  } catch (error) {
    // After our own time limit the exchange timed out; a body cut by the peer is a malformed reply.
    if (signal.aborted) throw error;
    return undefined;
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
}

function header(headers: Dispatcher.ResponseData['headers'], name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** `Retry-After` in milliseconds: seconds or an HTTP date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
