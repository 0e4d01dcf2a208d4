import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { errorCode, usageError } from '../../errors/index.js';
import { requestHeaders, type HeaderValues } from './forwarded-headers.js';

/** Where a remote MCP server is, and what every request to it carries. */
export interface UpstreamOptions {
  readonly url: string;
  /** Set on every request, in place of what the client sends under these names. Secrets: never shown, never logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** Plain HTTP beyond this machine is accepted. */
  readonly insecureHttp: boolean;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** A remote MCP server. Redirects are not followed: they would carry the credential elsewhere. */
export class Upstream {
  private constructor(
    readonly url: URL,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly dispatcher: Dispatcher,
  ) {}

  static async open({ url, headers, insecureHttp }: UpstreamOptions): Promise<Upstream> {
    const at = serverUrl(url, insecureHttp);
    const { EnvHttpProxyAgent, Pool } = await import('undici');
    // A call may take its time, and a stream may be silent for hours.
    const common = { headersTimeout: 0, bodyTimeout: 0 };
    const proxied = ['http_proxy', 'https_proxy'].some(
      (name) => (process.env[name] ?? process.env[name.toUpperCase()] ?? '') !== '',
    );
    return new Upstream(at, headers, proxied ? new EnvHttpProxyAgent(common) : new Pool(at.origin, common));
  }

  /** Sends one request; what the client said goes along, except what is ours to say. */
  async send(
    method: 'GET' | 'POST' | 'DELETE',
    headers: IncomingHttpHeaders,
    signal: AbortSignal,
    body?: Buffer,
    added: HeaderValues = {},
  ): Promise<UpstreamResponse> {
    const response = await this.dispatcher.request({
      origin: this.url.origin,
      path: `${this.url.pathname}${this.url.search}`,
      method,
      headers: requestHeaders(headers, { ...added, ...this.headers }),
      body: body ?? null,
      signal,
    });
    return { status: response.statusCode, headers: response.headers, body: response.body };
  }

  /** Why a request came to nothing, in words that go on from "the server". */
  unreached(error: unknown): string {
    return `could not be reached at ${this.url.host} (${errorCode(error) ?? 'the connection broke'})`;
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }
}

/** The response is a stream of events. */
export function isStream({ status, headers }: UpstreamResponse): boolean {
  return status < 300 && headers['content-type']?.toLowerCase().includes('text/event-stream') === true;
}

/** The body is compressed or the like, and cannot be judged then. */
export function isEncoded({ headers }: Pick<UpstreamResponse, 'headers'>): boolean {
  return (headers['content-encoding']?.toLowerCase() ?? 'identity') !== 'identity';
}

/** Ends a body that nobody reads. */
export function discard(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

/** @throws ThothctlError exit 2 when no server can be reached by it, or not safely. */
export function serverUrl(text: string, insecureHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw usageError(
      '--mcp-http needs the http or https URL of an MCP server, without a user or password in it.',
      'For example --mcp-http https://mcp.example.com/mcp; give credentials with --header.',
    );
  }
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback && !insecureHttp) {
    throw usageError(
      `Plain http to ${url.hostname} would send credentials over the network unencrypted.`,
      'Use https, or accept the risk with --insecure-http.',
    );
  }
  return url;
}
