import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageEvent } from './event-stream.js';

const MAX_BACKLOG = 4 * 1024 * 1024;

/** How a stream is announced: nothing on the way may keep it back or keep it. */
const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/**
 * The response to one request of a client. It is one JSON document, unless something has to be said before the answer:
 * then it becomes a stream of events, if the client reads such.
 */
export class ClientReply {
  #streaming = false;
  readonly #onGone: (() => void)[] = [];

  constructor(
    request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.readsStreams = request.headers.accept?.toLowerCase().includes('text/event-stream') === true;
    response.on('close', () => {
      if (!response.writableFinished) for (const tell of this.#onGone) tell();
    });
    // A client that went away is told of by 'close'.
    response.on('error', () => undefined);
  }

  readonly readsStreams: boolean;

  get streaming(): boolean {
    return this.#streaming;
  }

  /** Nothing more can be said: the client is gone or has its answer. */
  get closed(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  /** More waits for the client than it reads. */
  get backlogged(): boolean {
    return this.response.writableLength > MAX_BACKLOG;
  }

  /** Told when the client goes away before it has its whole answer. */
  onGone(tell: () => void): void {
    this.#onGone.push(tell);
  }

  /** Says something before the answer; left out for a client that reads no streams. */
  tell(message: Buffer | string, id?: string): void {
    if (!this.readsStreams || this.closed) return;
    this.openStream();
    this.response.write(messageEvent(message, id));
  }

  openStream(headers: Readonly<Record<string, string | string[]>> = {}): void {
    if (this.#streaming || this.closed) return;
    this.#streaming = true;
    this.response.writeHead(200, { ...headers, ...STREAM_HEADERS });
    this.response.flushHeaders();
  }

  /** Gives the answer and ends. The status counts only while nothing was said. */
  answer(
    message: Buffer | string,
    status = 200,
    headers: Readonly<Record<string, string | string[]>> = {},
  ): void {
    if (this.closed) return;
    if (this.#streaming) {
      this.response.end(messageEvent(message));
      return;
    }
    const body = typeof message === 'string' ? Buffer.from(message) : message;
    this.response.writeHead(status, {
      'content-type': 'application/json',
      ...headers,
      'content-length': body.length,
    });
    this.response.end(body);
  }

  /** Answers with a status alone. */
  status(status: number, headers: Readonly<Record<string, string | string[]>> = {}): void {
    if (this.closed) return;
    if (!this.#streaming) this.response.writeHead(status, { ...headers, 'content-length': 0 });
    this.response.end();
  }

  /** Ends without an answer: the client withdrew its request and expects none. */
  withdraw(): void {
    if (this.readsStreams) {
      this.openStream();
      this.end();
    } else this.status(202);
  }

  /** Writes to the open stream; settles when more may be written. */
  async write(bytes: Buffer): Promise<void> {
    const { response } = this;
    if (this.closed || response.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.on('drain', settle).on('close', settle);
    });
  }

  end(): void {
    if (!this.closed) this.response.end();
  }

  /** Breaks off, so that the client sees that something is missing. */
  breakOff(): void {
    this.response.destroy();
  }
}

/** The response to a request, or what stands in for one. */
export type Reply = Pick<ClientReply, keyof ClientReply>;
