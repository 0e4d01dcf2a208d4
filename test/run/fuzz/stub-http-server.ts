import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pieces, requestId } from './wires.js';

/** How the server answered one body. */
export interface Said {
  readonly status: number;
  readonly bytes: Buffer;
  /** It hung up before the end. */
  readonly broken: boolean;
}

/** A remote server that remembers every body, and answers as JSON or as events, whole or broken, in random pieces. */
export class StubHttpServer {
  readonly received: Buffer[] = [];
  /** What was said to a body, by its bytes. */
  readonly said = new Map<string, Said>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(private readonly roll: () => number) {}

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.received.push(body);
    const id = requestId(body.toString('utf8'));
    const status = this.roll() < 0.1 ? 500 : id === undefined ? 202 : 200;
    const stream = status === 200 && this.roll() < 0.5;
    const bytes = status === 202 ? Buffer.alloc(0) : stream ? this.#events(id) : this.#json(id);
    const broken = bytes.length > 0 && this.roll() < 0.1;
    this.said.set(body.toString('latin1'), { status, bytes, broken });
    const whole = !stream && this.roll() < 0.5;
    response.writeHead(status, {
      'content-type': stream ? 'text/event-stream' : 'application/json',
      ...(whole && { 'content-length': bytes.length }),
    });
    const most = broken ? Math.floor(this.roll() * bytes.length) : bytes.length;
    for await (const piece of pieces(bytes.subarray(0, most), this.roll)) {
      if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    if (broken) response.destroy();
    else response.end();
  }

  #json(id: string | undefined): Buffer {
    const mark = this.roll() < 0.1 ? '\ufeff' : '';
    return Buffer.from(
      `${mark}{ "jsonrpc":"2.0","id":${id ?? null},"result":{"n":9007199254740993,"text":"é🙂"}}\n`,
    );
  }

  #events(id: string | undefined): Buffer {
    const end = ['\n', '\r\n', '\r'][Math.floor(this.roll() * 3)] ?? '\n';
    const others = [
      ': nothing',
      'event: message|data: {"jsonrpc":"2.0","method":"notifications/message","params":{"n":1.0}}',
      'retry: 1000',
      'data: not json|data|data:',
      'data',
      'data: {"jsonrpc":"2.0",|data:"method":"ping"}',
      'x: é\u2028🙂',
    ];
    const events = Array.from(
      { length: Math.floor(this.roll() * 6) },
      () => others[Math.floor(this.roll() * 7)],
    );
    const data = `{"jsonrpc":"2.0","id":${id ?? null},"result":{"n":9007199254740993}}`;
    const answer = `event: message|data: ${data}`;
    const lines = [...events, answer].flatMap((event) => [...(event ?? '').split('|'), '']);
    return Buffer.from(
      `${this.roll() < 0.2 ? '\ufeff' : ''}${lines.map((line) => `${line}${end}`).join('')}`,
    );
  }
}
