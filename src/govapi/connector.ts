import { readFile } from 'node:fs/promises';
import { ThothctlError, usageError } from '../errors/index.js';
import { fillPath, parseBaseUrl, queryText, urlUnder } from './base-url.js';
import { sendWithRetry, systemPorts, type RetryPorts } from './retry.js';
import { proxyFor } from './proxy.js';
import { shownHeaders, type Trace } from './trace.js';
import type { HttpReply, HttpRequest, HttpStream, Transport } from './transport.js';

interface Credential {
  readonly kind: 'bearer' | 'api_key';
  readonly secret: string;
}

export interface GovApiOptions {
  readonly tenantId: string;
  readonly baseUrl: string;
  /** Belongs to `baseUrl` alone. Undefined for operations that need none, such as sign-in. */
  readonly credential: Credential | undefined;
  /** Version of this program, for the user agent and provenance headers. */
  readonly version: string;
  /** Limit of each request in seconds; 30 by default. */
  readonly timeoutSeconds?: number;
  /** PEM file of the only certificate authority to trust. */
  readonly caFile?: string;
  readonly insecureHttp?: boolean;
  /** True for a process that stays: pooled connections instead of a cheap start. */
  readonly longLived?: boolean;
  readonly onTrace?: Trace;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly retryPorts?: RetryPorts;
}

export interface Exchange {
  readonly method: string;
  /** Template; `{tenantId}` is filled in. */
  readonly path: string;
  readonly pathValues?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly hasBody: boolean;
  readonly retryable: boolean;
  readonly open: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly accept?: string;
  /** Headers that depend on the body as it is sent, such as a signature. */
  readonly sign?: ((body: string) => Readonly<Record<string, string>>) | undefined;
}

/** Everything between an operation and the wire: address, credential, headers, time limit, retries, trace. */
export class Connector {
  readonly base: URL;
  readonly tenantId: string;
  readonly #options: GovApiOptions;
  readonly #ports: RetryPorts;
  readonly #timeoutMs: number;
  #transport: Promise<Transport> | undefined;

  constructor(options: GovApiOptions) {
    this.base = parseBaseUrl(options.baseUrl, options.insecureHttp === true);
    this.tenantId = options.tenantId;
    this.#options = options;
    this.#ports = options.retryPorts ?? systemPorts;
    this.#timeoutMs = (options.timeoutSeconds ?? 30) * 1000;
  }

  /** Address without a trailing slash. */
  get baseUrl(): string {
    return this.base.href.replace(/\/$/, '');
  }

  /** @throws ThothctlError for everything but an HTTP reply, whatever its status. */
  send(exchange: Exchange): Promise<HttpReply> {
    const request = this.#request(exchange);
    let attempt = 0;
    return sendWithRetry(
      async () => {
        attempt += 1;
        const transport = await this.#connect();
        return this.#traced(request, attempt, () => transport.send(request));
      },
      exchange.retryable,
      exchange.signal,
      this.#ports,
    );
  }

  /** One attempt; a stream reconnects above this level. */
  async open(exchange: Exchange): Promise<HttpStream> {
    const request = this.#request(exchange);
    const transport = await this.#connect();
    return this.#traced(request, 1, () => transport.open(request));
  }

  async close(): Promise<void> {
    // A transport that could not be made has nothing to close.
    await (await this.#transport?.catch(() => undefined))?.close();
  }

  #request(exchange: Exchange): HttpRequest {
    const path = fillPath(exchange.path, { ...exchange.pathValues, tenantId: this.tenantId });
    const url = urlUnder(this.base, path + queryText(exchange.query ?? {}));
    const body = exchange.hasBody ? JSON.stringify(exchange.body ?? {}) : undefined;
    return {
      method: exchange.method,
      url,
      headers: this.#headers(exchange, body),
      ...(body === undefined ? {} : { body }),
      timeoutMs: this.#timeoutMs,
      ...(exchange.signal === undefined ? {} : { signal: exchange.signal }),
      once: !exchange.retryable,
    };
  }

  #headers(exchange: Exchange, body: string | undefined): Record<string, string> {
    const { version, credential } = this.#options;
    const headers: Record<string, string> = {
      accept: exchange.accept ?? 'application/json',
      'user-agent': `thothctl/${version}`,
      'x-aten-provisioned-via': 'thothctl',
      'x-aten-provisioner': 'thothctl',
      'x-aten-provisioner-version': version,
    };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(body));
      Object.assign(headers, exchange.sign?.(body));
    }
    if (exchange.open) return headers;
    if (credential === undefined) {
      throw new ThothctlError({
        code: 'not_signed_in',
        message: 'There is no credential for this control plane.',
        exit: 'unauthenticated',
        fix: 'Sign in with `thothctl auth login`, or set THOTH_ORG_API_KEY.',
      });
    }
    if (/[^\u0021-\u007e]/.test(credential.secret)) {
      throw usageError(
        'The credential holds characters that cannot be sent in a header.',
        'Check that the right file or variable was given.',
      );
    }
    if (credential.kind === 'api_key') headers['x-api-key'] = credential.secret;
    else headers['authorization'] = `Bearer ${credential.secret}`;
    return headers;
  }

  #connect(): Promise<Transport> {
    this.#transport ??= this.#choose();
    return this.#transport;
  }

  async #choose(): Promise<Transport> {
    const { caFile, longLived, env = process.env } = this.#options;
    const ca = caFile === undefined ? undefined : await readAuthority(caFile);
    const proxy = proxyFor(this.base, env);
    if (longLived !== true && proxy === undefined)
      return new (await import('./one-shot.js')).OneShotTransport(ca);
    return new (await import('./pooled.js')).PooledTransport({ ca, proxy });
  }

  async #traced<T extends { readonly status: number; readonly headers: Readonly<Record<string, string>> }>(
    request: HttpRequest,
    attempt: number,
    send: () => Promise<T>,
  ): Promise<T> {
    const trace = this.#options.onTrace;
    if (trace === undefined) return send();
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    trace({
      kind: 'request',
      method: request.method,
      url: request.url.href,
      headers: shownHeaders(request.headers),
      attempt,
    });
    try {
      const reply = await send();
      trace({
        kind: 'reply',
        status: reply.status,
        headers: shownHeaders(reply.headers),
        milliseconds: elapsed(),
      });
      return reply;
    } catch (error) {
      trace({
        kind: 'fault',
        code: error instanceof ThothctlError ? error.code : 'unexpected',
        milliseconds: elapsed(),
      });
      throw error;
    }
  }
}

async function readAuthority(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ThothctlError({
      code: 'ca_file_unreadable',
      message: `Cannot read the certificate authority file ${file}.`,
      exit: 'usage',
      fix: 'Check the path given to --ca-file.',
      cause,
    });
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw usageError(`${file} holds no PEM certificate.`);
  return pem;
}
