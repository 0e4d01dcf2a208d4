import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a scripted server does with one request. */
export type Script = (request: Received, response: ServerResponse) => void;

/** A real HTTP server that remembers what it was sent: the official MCP server behind it, or a script. */
export class RemoteServer {
  readonly received: Received[] = [];
  /** Arguments of the calls that ran. */
  readonly ran: unknown[] = [];
  /** Takes the place of the official server. */
  script: Script | undefined;
  readonly #transports = new Map<string, StreamableHTTPServerTransport>();
  readonly #servers: McpServer[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<RemoteServer> {
    const remote = new RemoteServer();
    await new Promise<void>((resolve) => remote.#server.listen(0, '127.0.0.1', resolve));
    return remote;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  /** Bodies of the messages with this method. */
  messages(method: string): string[] {
    return this.received.map(({ body }) => body).filter((body) => body.includes(`"method":"${method}"`));
  }

  /** Gives every session one more tool, which their clients are told of. */
  addTool(name: string): void {
    for (const server of this.#servers)
      server.registerTool(name, { inputSchema: {} }, () => ({ content: [] }));
  }

  /** Ends every session without telling its client. */
  async forget(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((each) => each.close()));
    this.#transports.clear();
  }

  async stop(): Promise<void> {
    await this.forget();
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = '', url = '' } = request;
    const received = { method, url, headers: request.headers, body };
    this.received.push(received);
    if (this.script !== undefined) return this.script(received, response);
    const session = request.headers['mcp-session-id'];
    const known = typeof session === 'string' ? this.#transports.get(session) : undefined;
    if (typeof session === 'string' && known === undefined) return void response.writeHead(404).end();
    const transport = known ?? (await this.#open());
    await transport.handleRequest(request, response, body === '' ? undefined : JSON.parse(body));
  }

  async #open(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void this.#transports.set(id, transport),
    });
    const server = new McpServer({ name: 'remote', version: '1' });
    server.registerTool('echo', { description: 'Echoes', inputSchema: { text: z.string() } }, ({ text }) => {
      this.ran.push({ text });
      return { content: [{ type: 'text', text }] };
    });
    server.registerTool('erase', { description: 'Erases', inputSchema: {} }, () => {
      this.ran.push('erased');
      return { content: [{ type: 'text', text: 'gone' }] };
    });
    server.registerTool(
      'wait',
      { description: 'Waits to be cancelled', inputSchema: {} },
      (_args, { signal }) => {
        this.ran.push('waiting');
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            this.ran.push('cancelled');
            resolve({ content: [] });
          });
        });
      },
    );
    this.#servers.push(server);
    // Their handlers are declared by assignment, ours by the interface: the types differ in `undefined` alone.
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    return transport;
  }
}
