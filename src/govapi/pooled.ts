import type { Dispatcher } from 'undici';
import { deadline } from './deadline.js';
import { networkFault } from './fault.js';
import type { ProxySettings } from './proxy.js';
import { readText } from './read-text.js';
import type { HttpReply, HttpRequest, HttpStream, Transport } from './transport.js';

export interface PooledOptions {
  readonly ca: string | undefined;
  /** Undefined for a direct connection. */
  readonly proxy: ProxySettings | undefined;
}

/** Transport over undici: kept-alive connections for processes that stay, and proxies for every process. */
export class PooledTransport implements Transport {
  readonly #options: PooledOptions;
  #dispatcher: Promise<Dispatcher> | undefined;

  constructor(options: PooledOptions) {
    this.#options = options;
  }

  async send(request: HttpRequest): Promise<HttpReply> {
    const limit = deadline(request.timeoutMs, request.signal);
    try {
      const { statusCode, headers, body } = await this.#exchange(request, limit.signal);
      return { status: statusCode, headers: flatten(headers), text: await readText(body, request.url) };
    } catch (error) {
      throw networkFault(error, request.url, limit.passed(), request.signal);
    } finally {
      limit.clear();
    }
  }

  async open(request: HttpRequest): Promise<HttpStream> {
    const limit = deadline(request.timeoutMs, request.signal);
    try {
      const { statusCode, headers, body } = await this.#exchange(request, limit.signal);
      limit.clear();
      // A destroyed body reports the abort as an error event; without a listener that would end the process.
      body.on('error', () => undefined);
      return {
        status: statusCode,
        headers: flatten(headers),
        chunks: body,
        close: () => {
          body.destroy();
        },
      };
    } catch (error) {
      limit.clear();
      throw networkFault(error, request.url, limit.passed(), request.signal);
    }
  }

  async close(): Promise<void> {
    await (await this.#dispatcher)?.destroy();
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    this.#dispatcher ??= this.#connect(request.url.origin);
    const dispatcher = await this.#dispatcher;
    return dispatcher.request({
      origin: request.url.origin,
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      signal,
      // Time limits are the caller's: undici's own would cut a quiet stream.
      headersTimeout: 0,
      bodyTimeout: 0,
      reset: request.once,
    });
  }

  async #connect(origin: string): Promise<Dispatcher> {
    const { EnvHttpProxyAgent, Pool } = await import('undici');
    const tls = this.#options.ca === undefined ? {} : { ca: this.#options.ca };
    const { proxy } = this.#options;
    if (proxy !== undefined) return new EnvHttpProxyAgent({ ...proxy, connect: tls, requestTls: tls });
    return new Pool(origin, { connect: tls });
  }
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
