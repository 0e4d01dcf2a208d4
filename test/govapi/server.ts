import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { createGovApi, type GovApi, type GovApiOptions } from '../../src/govapi/index.js';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (request: Seen, response: ServerResponse) => void;

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A real HTTP server on a free port; `seen` lists what reached it. */
export async function serve(
  handler: Handler,
): Promise<{ readonly url: string; readonly seen: Seen[]; stop(): Promise<void>; readonly port: number }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const entry = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      seen.push(entry);
      handler(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  closers.push(stop);
  return { url: `http://127.0.0.1:${port}`, seen, stop, port };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Client whose waits are recorded instead of waited. */
export function client(
  url: string,
  options: Partial<GovApiOptions> = {},
): GovApi & { readonly waits: number[] } {
  const waits: number[] = [];
  const api = createGovApi({
    tenantId: 'acme',
    baseUrl: url,
    credential: { kind: 'api_key', secret: 'thoth_test_secret' },
    version: '9.9.9',
    env: {},
    retryPorts: {
      random: () => 1,
      now: () => 0,
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    },
    ...options,
  });
  closers.push(() => api.close());
  return Object.assign(api, { waits });
}
