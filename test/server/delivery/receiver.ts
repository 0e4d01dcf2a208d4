import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body parsed. */
  // Tests assert on bodies of every shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

type Answer = (response: ServerResponse, delivery: Received) => void;

/** An independent receiver on a real socket: it keeps everything that reached it whole, in order of arrival. */
export class Receiver {
  readonly received: Received[] = [];
  answer: Answer = (response) => void response.writeHead(204).end();

  private constructor(
    private readonly server: Server,
    private readonly scheme: string,
  ) {}

  static async start(tls?: { readonly cert: string; readonly key: string }): Promise<Receiver> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const receiver = new Receiver(server, tls === undefined ? 'http' : 'https');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => (body += part));
      request.on('end', () =>
        receiver.take(response, { headers: request.headers, body, json: JSON.parse(body) }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  take(response: ServerResponse, delivery: Received): void {
    this.received.push(delivery);
    this.answer(response, delivery);
  }

  /** `127.0.0.1`, with a port of its own. */
  get url(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** Waits until enough has arrived. */
  async arrived(count: number, seconds = 40): Promise<readonly Received[]> {
    return eventually(
      `${count} deliveries`,
      () => (this.received.length >= count ? this.received : undefined),
      seconds,
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Asks until there is an answer. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  seconds = 40,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`no ${what} within ${seconds} s`);
    await delay(10);
  }
}
