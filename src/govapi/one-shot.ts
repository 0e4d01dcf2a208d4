import type { Agent, IncomingMessage } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';
import { deadline } from './deadline.js';
import { networkFault } from './fault.js';
import { readText } from './read-text.js';
import type { HttpReply, HttpRequest, HttpStream, Transport } from './transport.js';

/** Transport over node:http and node:https: ten times cheaper to start than undici, which pays off only later. */
export class OneShotTransport implements Transport {
  readonly #ca: string | undefined;
  #agent: Promise<Agent | SecureAgent> | undefined;

  /** @param ca PEM of the only authority to trust; undefined trusts what Node trusts. */
  constructor(ca: string | undefined) {
    this.#ca = ca;
  }

  async send(request: HttpRequest): Promise<HttpReply> {
    const limit = deadline(request.timeoutMs, request.signal);
    try {
      const reply = await this.#exchange(request, limit.signal);
      return {
        status: reply.statusCode ?? 0,
        headers: flatten(reply),
        text: await readText(reply, request.url),
      };
    } catch (error) {
      throw networkFault(error, request.url, limit.passed(), request.signal);
    } finally {
      limit.clear();
    }
  }

  async open(request: HttpRequest): Promise<HttpStream> {
    const limit = deadline(request.timeoutMs, request.signal);
    try {
      const reply = await this.#exchange(request, limit.signal);
      limit.clear();
      return {
        status: reply.statusCode ?? 0,
        headers: flatten(reply),
        chunks: reply,
        close: () => {
          reply.destroy();
        },
      };
    } catch (error) {
      limit.clear();
      throw networkFault(error, request.url, limit.passed(), request.signal);
    }
  }

  async close(): Promise<void> {
    (await this.#agent)?.destroy();
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const secure = request.url.protocol === 'https:';
    const { request: start } = secure ? await import('node:https') : await import('node:http');
    const agent = request.once
      ? await this.#newAgent(secure, false)
      : await (this.#agent ??= this.#newAgent(secure, true));
    return new Promise((resolve, reject) => {
      const outgoing = start(request.url, {
        method: request.method,
        headers: request.headers,
        agent,
        signal,
      });
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
      outgoing.end(request.body);
    });
  }

  async #newAgent(secure: boolean, keepAlive: boolean): Promise<Agent | SecureAgent> {
    if (!secure) return new (await import('node:http')).Agent({ keepAlive });
    return new (await import('node:https')).Agent({
      keepAlive,
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
    });
  }
}

function flatten(reply: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
