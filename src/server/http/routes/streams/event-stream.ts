import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Server-sent events on one response. Every write waits for a slow reader, so that nothing piles up in memory. */
export class EventStream {
  constructor(
    private readonly response: ServerResponse,
    private readonly signal: AbortSignal,
  ) {}

  get open(): boolean {
    return !this.signal.aborted && !this.response.destroyed && !this.response.writableEnded;
  }

  start(requestId: string): void {
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      // A stream ends with its connection, so that a stopping server need not wait for an idle one to time out.
      connection: 'close',
      // Proxies that buffer would hold rows back until a buffer is full.
      'x-accel-buffering': 'no',
    });
    this.response.flushHeaders();
  }

  /** JSON text has no line break, so the data is always one line. */
  async send(event: string, id: number, data: object): Promise<void> {
    await this.#write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Without an id: the reader's place is the last row it got, wherever the fault came from. */
  async fail(body: object): Promise<void> {
    await this.#write(`event: error\ndata: ${JSON.stringify(body)}\n\n`);
  }

  async comment(text: string): Promise<void> {
    await this.#write(`: ${text}\n\n`);
  }

  end(): void {
    if (!this.response.destroyed && !this.response.writableEnded) this.response.end();
  }

  async #write(text: string): Promise<void> {
    if (!this.open || this.response.write(text)) return;
    try {
      await once(this.response, 'drain', { signal: this.signal });
    } catch {
      // The reader left or the server is closing; `open` says so to the caller.
    }
  }
}
