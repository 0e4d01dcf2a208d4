import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { IncomingBytes } from './incoming-bytes.js';
import { readBody } from './reply-body.js';
import { readHead, type BodyEnd, type ReplyHead } from './reply-head.js';
import { requestText, type OutgoingRequest } from './request-text.js';

/** Larger than any that servers of this API send; as much as Node takes from them. */
const MAX_HEAD = 16 * 1024;

export interface IncomingReply extends ReplyHead {
  /** To be read once. Leaving it early ends the connection. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** One connection to one origin, for one exchange at a time. */
export class Connection {
  readonly #bytes: IncomingBytes;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    this.#bytes = new IncomingBytes(socket);
  }

  /** @param ca PEM of the only authority to trust; undefined trusts what Node trusts. */
  static async open(url: URL, ca: string | undefined, signal: AbortSignal): Promise<Connection> {
    const secure = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (secure ? 443 : 80);
    const socket = secure
      ? connectSecurely({
          host,
          port,
          ALPNProtocols: ['http/1.1'],
          ...(isIP(host) === 0 && { servername: host }),
          ...(ca !== undefined && { ca }),
        })
      : connect({ host, port });
    const connection = new Connection(socket);
    // Nothing is sent before the peer's certificate was checked.
    await established(socket, secure ? 'secureConnect' : 'connect', signal);
    return connection;
  }

  /** Nothing came since the last exchange, and the peer has not left. */
  get usable(): boolean {
    return !this.socket.destroyed && this.#bytes.quiet;
  }

  /** Sends a request and reads the head of its reply. `onDone` is called when another exchange may follow. */
  async exchange(request: OutgoingRequest, signal: AbortSignal, onDone: () => void): Promise<IncomingReply> {
    const stop = (): void => this.close();
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      this.socket.write(requestText(request));
      const head = await this.#finalHead(request.method);
      const reusable = head.reusable && !request.last;
      return { ...head, chunks: this.#body(head.body, signal, stop, reusable ? onDone : stop) };
    } catch (error) {
      this.close();
      signal.removeEventListener('abort', stop);
      throw error;
    }
  }

  close(): void {
    this.socket.destroy();
  }

  /** Replies that only announce another are skipped. */
  async #finalHead(method: string): Promise<ReplyHead> {
    for (;;) {
      const head = readHead(await this.#bytes.until('\r\n\r\n', MAX_HEAD), method);
      if (head.status >= 200 || head.status === 101) return head;
    }
  }

  async *#body(
    end: BodyEnd,
    signal: AbortSignal,
    stop: () => void,
    onDone: () => void,
  ): AsyncGenerator<Buffer, void> {
    let complete = false;
    try {
      yield* readBody(this.#bytes, end);
      complete = true;
    } finally {
      signal.removeEventListener('abort', stop);
      if (complete) onDone();
      else stop();
    }
  }
}

function established(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.destroy(new Error('aborted'));
    };
    const settle = (): void => {
      signal.removeEventListener('abort', stop);
      socket.off('error', fail);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    socket.once('error', fail);
    socket.once(event, () => {
      settle();
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}
