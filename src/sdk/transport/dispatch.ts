import type { Dispatcher } from 'undici';

interface RawReply {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  /** Undefined when larger than the limit or cut off by the peer. */
  readonly body: Buffer | undefined;
}

/** One request under way. `abort` settles the reply at once, wherever the request stands. */
export interface Dispatched {
  readonly reply: Promise<RawReply>;
  abort(): void;
}

export class AbortedExchange extends Error {
  override readonly name = 'AbortedExchange';
}

/**
 * Sends one request through undici's dispatch interface: no stream, no signal and no listener per request, which
 * is most of what a small exchange on a warm connection costs.
 */
export function dispatch(
  lane: Dispatcher,
  options: Dispatcher.DispatchOptions,
  maxBodyBytes: number,
): Dispatched {
  const exchange = new ExchangeHandler(maxBodyBytes);
  lane.dispatch(options, exchange);
  return { reply: exchange.reply, abort: () => exchange.abort() };
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly reply: Promise<RawReply>;
  #resolve!: (reply: RawReply) => void;
  #reject!: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted: AbortedExchange | undefined;
  #status: number | undefined;
  #headers: Dispatcher.ResponseData['headers'] = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(private readonly maxBodyBytes: number) {
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  abort(): void {
    this.#aborted = new AbortedExchange();
    this.#reject(this.#aborted);
    this.#controller?.abort(this.#aborted);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it still waited for a connection.
    if (this.#aborted !== undefined) controller.abort(this.#aborted);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Dispatcher.ResponseData['headers'],
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.maxBodyBytes) {
      this.#finish(undefined);
      controller.abort(new AbortedExchange());
    } else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [only] = this.#chunks;
    this.#finish(this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks, this.#size));
  }

  /** A reply that began and was then cut off is a malformed one; before that it is a failure of the exchange. */
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#status === undefined) this.#reject(error);
    else this.#finish(undefined);
  }

  #finish(body: Buffer | undefined): void {
    this.#resolve({ status: this.#status ?? 0, headers: this.#headers, body });
  }
}
