import type { Dispatcher } from 'undici';
import { setTimeout as sleep } from 'node:timers/promises';
import { SDK_VERSION } from '../version.js';
import { classifyFailure, isSafeToRetry, type TransportFailure } from './failure.js';
import { AbortedExchange, dispatch } from './dispatch.js';
import { KEEPS_PROCESS_ALIVE, openLane, type Lane } from './lanes.js';

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
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole exchange, the one retry included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Retry once when it cannot have been processed. */
  readonly retryOnce?: boolean;
}

interface AttemptError {
  readonly kind: 'error';
  readonly error: unknown;
  readonly timedOut: boolean;
}

/** All HTTP of one base URL: kept-alive, no redirects, every reply read to its end. */
export class Transport {
  readonly #origin: string;
  readonly #prefix: string;
  readonly #lanes = new Map<Lane, Dispatcher | Promise<Dispatcher>>();
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
    const deadline = performance.now() + exchange.timeoutMs;
    let outcome = await this.#attempt(exchange, exchange.timeoutMs);
    if (outcome.kind === 'error' && exchange.retryOnce === true && exchange.signal?.aborted !== true) {
      const left = deadline - performance.now() - REFUSED_RETRY_DELAY_MS;
      if (left > 0 && isSafeToRetry(outcome.error, this.#served.has(exchange.lane))) {
        await sleep(REFUSED_RETRY_DELAY_MS);
        outcome = await this.#attempt(exchange, left);
      }
    }
    return outcome.kind === 'error' ? classifyFailure(outcome.error, outcome.timedOut) : outcome;
  }

  async #attempt(exchange: Exchange, timeoutMs: number): Promise<HttpReply | AttemptError> {
    const { signal } = exchange;
    if (signal?.aborted === true) return { kind: 'error', error: new AbortedExchange(), timedOut: false };
    let timedOut = false;
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    try {
      const lane = this.#lane(exchange.lane);
      // An open lane takes the request at once: whatever the caller does next runs while it is under way.
      const open = lane instanceof Promise ? await lane : lane;
      const { reply, abort } = dispatch(open, this.#request(exchange), MAX_REPLY_BYTES);
      timer = setTimeout(() => {
        timedOut = true;
        abort();
      }, timeoutMs);
      if (!KEEPS_PROCESS_ALIVE.has(exchange.lane)) timer.unref();
      stop = abort;
      signal?.addEventListener('abort', abort, { once: true });
      const raw = await reply;
      this.#served.add(exchange.lane);
      return {
        kind: 'reply',
        status: raw.status,
        contentType: header(raw.headers, 'content-type') ?? '',
        requestId: header(raw.headers, 'x-request-id'),
        retryAfterMs: retryAfter(header(raw.headers, 'retry-after')),
        body: raw.body,
      };
    } catch (error) {
      return { kind: 'error', error, timedOut };
    } finally {
      clearTimeout(timer);
      if (stop !== undefined) signal?.removeEventListener('abort', stop);
    }
  }

  #request(exchange: Exchange): Dispatcher.DispatchOptions {
    return {
      origin: this.#origin,
      path: `${this.#prefix}${exchange.path}`,
      method: exchange.method,
      headers: { 'user-agent': `thoth-sdk-ts/${SDK_VERSION}`, ...exchange.headers },
      ...(exchange.body === undefined ? {} : { body: exchange.body }),
      // Our own timer bounds the whole exchange, headers and body together.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
  }

  #lane(name: Lane): Dispatcher | Promise<Dispatcher> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const opening = openLane(this.#origin, name).then((lane) => {
      this.#lanes.set(name, lane);
      return lane;
    });
    this.#lanes.set(name, opening);
    return opening;
  }
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
