import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { requestBreaches } from '../support/contract-watch.js';

export type Json = Record<string, unknown>;

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  /** Sent as it is instead of `body`. */
  readonly text?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly delayMs?: number;
  /** Answer when this settles. */
  readonly after?: Promise<unknown>;
  /** Cut the connection instead of answering. */
  readonly destroy?: boolean;
  /** Never answer. */
  readonly hang?: boolean;
}

/** Statuses that have no body in HTTP. */
const BODILESS = new Set([204, 205, 304]);

/** A queue that a test feeds by hand has no key. */
function isOurs({ headers }: Recorded): boolean {
  return headers['user-agent']?.startsWith('thoth-sdk-ts/') === true && headers.authorization !== undefined;
}

const HOLD_PATH = '/v1/enforce/hold/';

type Script = (request: Recorded, nth: number) => Answer | Json;

/**
 * A real HTTP server that answers the data plane as a test scripts it and remembers what it was asked. Every request of
 * our SDK is held against the contract when it stops; what foreign clients send is their own.
 */
export class ScriptedEnforcer {
  readonly requests: Recorded[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  onEnforce: Script = () => ({ body: { decision: 'ALLOW', authorization_decision: 'ALLOW' } });
  onHold: Script = () => ({ body: { resolved: false, decision: 'STEP_UP' } });
  /** As an enforcer that lacks the operation. */
  onWithdraw: Script = () => ({ status: 405, body: { message: 'no such operation' } });
  onExplain: Script = () => ({ status: 404, text: '' });
  onEvents: Script = () => ({ status: 202, text: '' });
  readonly #server: Server;
  #counts = new Map<string, number>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(port = 0): Promise<ScriptedEnforcer> {
    const enforcer = new ScriptedEnforcer();
    await new Promise<void>((resolve) => enforcer.#server.listen(port, '127.0.0.1', resolve));
    return enforcer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  decide(body: Json): void {
    this.onEnforce = () => ({ body });
  }

  get checks(): Json[] {
    return this.requests.filter(({ path }) => path === '/v1/enforce').map(({ body }) => body as Json);
  }

  get holdPolls(): number {
    return this.#holdRequests('GET').length;
  }

  /** Tokens of the holds that were withdrawn, as they stood in the path. */
  get withdrawals(): string[] {
    return this.#holdRequests('DELETE').map(({ path }) => path.slice(HOLD_PATH.length));
  }

  #holdRequests(method: string): Recorded[] {
    return this.requests.filter((request) => request.method === method && request.path.startsWith(HOLD_PATH));
  }

  get eventPosts(): Recorded[] {
    return this.requests.filter(({ path }) => path === '/v1/events/batch');
  }

  get events(): Json[] {
    return this.eventPosts.flatMap(({ body }) => body as Json[]);
  }

  metadataOf(phase: string): Json[] {
    return this.events
      .map((event) => event['metadata'] as Json)
      .filter((each) => each['event_phase'] === phase);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    const breaches = (await Promise.all(this.requests.filter(isOurs).map(requestBreaches))).flat();
    if (breaches.length > 0)
      throw new Error(`the SDK broke the contract: ${[...new Set(breaches)].join('; ')}`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '';
    const recorded: Recorded = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    };
    if (path === '/healthz') return void response.end('ok');
    this.requests.push(recorded);
    const [key, script] = this.#scriptFor(recorded);
    const nth = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, nth);
    this.#answer(script(recorded, nth) as Answer, response);
  }

  #scriptFor({ method, path }: Recorded): [string, Script] {
    if (path === '/v1/enforce') return ['enforce', this.onEnforce];
    if (path.startsWith(HOLD_PATH)) {
      return method === 'DELETE' ? ['withdraw', this.onWithdraw] : ['hold', this.onHold];
    }
    if (path === '/v1/explain') return ['explain', this.onExplain];
    return ['events', this.onEvents];
  }

  #answer(answer: Answer, response: ServerResponse): void {
    if (answer.hang === true) return;
    if (answer.destroy === true) return void response.socket?.destroy();
    const send = (): void => {
      const status = answer.status ?? 200;
      if (BODILESS.has(status)) return void response.writeHead(status, answer.headers).end();
      const text = answer.text ?? JSON.stringify(answer.body);
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        ...answer.headers,
      });
      response.end(text);
    };
    if (answer.after !== undefined) void answer.after.then(send);
    else if (answer.delayMs === undefined) send();
    else setTimeout(send, answer.delayMs);
  }
}

/** Waits until `ready` holds; fails the test when it never does. The limit is for machines that stall. */
export async function until(ready: () => boolean, limitMs = 25_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!ready()) {
    if (performance.now() > end) throw new Error('condition not reached in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
