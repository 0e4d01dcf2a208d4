import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DoubleRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface DoubleReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown;
}

/** What every vendor's double can be told to do. */
export interface VendorDouble {
  readonly url: string;
  /** `METHOD /path?query` of every request, in order. */
  readonly requests: string[];
  /** Answers the next inventory requests with these instead, first come first served. */
  readonly instead: (DoubleReply | 'silence')[];
  /** Called before each inventory request is answered. */
  onInventory: (() => void) | undefined;
  stop(): Promise<void>;
}

export interface DoubleParts {
  /** Undefined for a path that is not the token endpoint. */
  readonly token?: (request: DoubleRequest) => DoubleReply | undefined;
  /** Undefined lets the request through to the inventory. */
  readonly authorize: (request: DoubleRequest) => DoubleReply | undefined;
  readonly inventoryPath: string;
  readonly inventory: (request: DoubleRequest, url: string) => DoubleReply;
  readonly notFound: DoubleReply;
}

/** A local server that plays a vendor: tokens, credentials and inventory by its published rules, faults on demand. */
export async function startDouble(parts: DoubleParts): Promise<VendorDouble> {
  const requests: string[] = [];
  const instead: VendorDouble['instead'] = [];
  const answer = (request: DoubleRequest): DoubleReply | 'silence' => {
    const token = parts.token?.(request);
    if (token !== undefined) return token;
    double.onInventory?.();
    const substitute = instead.shift();
    if (substitute !== undefined) return substitute;
    if (request.path !== parts.inventoryPath) return parts.notFound;
    return parts.authorize(request) ?? parts.inventory(request, double.url);
  };
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const target = incoming.url ?? '/';
      requests.push(`${incoming.method} ${target}`);
      let body = '';
      for await (const chunk of incoming) body += String(chunk);
      const { pathname, searchParams } = new URL(target, 'http://double');
      const reply = answer({
        method: incoming.method ?? '',
        path: pathname,
        query: searchParams,
        headers: incoming.headers,
        body,
      });
      if (reply === 'silence') return;
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      outgoing
        .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
        .end(reply.body === undefined ? undefined : text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const double: VendorDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    instead,
    onInventory: undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return double;
}

/** OAuth client credentials as the vendors' token endpoints check them. */
export class ClientCredentials {
  /** Seconds a token is said to live; `expireTokens` ends it whatever was said. */
  lifeSeconds = 3_600;
  issued = 0;
  #valid = '';

  constructor(
    readonly clientId: string,
    readonly clientSecret: string,
  ) {}

  accepts(request: DoubleRequest): boolean {
    const form = new URLSearchParams(request.body);
    return (
      request.method === 'POST' &&
      request.headers['content-type'] === 'application/x-www-form-urlencoded' &&
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === this.clientId &&
      form.get('client_secret') === this.clientSecret
    );
  }

  issue(): string {
    this.issued += 1;
    this.#valid = `token-${this.issued}`;
    return this.#valid;
  }

  holds(request: DoubleRequest): boolean {
    return this.#valid !== '' && request.headers.authorization === `Bearer ${this.#valid}`;
  }

  expireTokens(): void {
    this.#valid = '';
  }
}
