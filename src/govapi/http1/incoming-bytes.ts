import type { Socket } from 'node:net';
import { badReply, cutOff } from './bad-reply.js';

/** Bytes that come on a socket, taken as they are asked for: what nobody asks for stays with the peer. */
export class IncomingBytes {
  #kept: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #over = false;
  #wake: () => void = () => undefined;

  constructor(private readonly socket: Socket) {
    const look = (): void => this.#wake();
    socket.on('readable', look);
    socket.on('end', () => {
      this.#over = true;
      look();
    });
    socket.on('error', (error) => {
      this.#failure = error;
      look();
    });
    socket.on('close', () => {
      this.#failure ??= this.#over ? undefined : cutOff();
      this.#over = true;
      look();
    });
  }

  /** Nothing has come that was not asked for. */
  get quiet(): boolean {
    return this.#kept.length === 0 && this.socket.readableLength === 0 && !this.#over;
  }

  /** What comes next, at most so many bytes; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    if (this.#kept.length === 0 && !(await this.#more())) return undefined;
    const taken = this.#kept.subarray(0, most);
    this.#kept = this.#kept.subarray(taken.length);
    return taken;
  }

  /** Text up to a mark, one character per byte; the mark is taken too. @throws `ERR_INVALID_HTTP` beyond the limit. */
  async until(mark: string, limit: number): Promise<string> {
    for (let looked = 0; ;) {
      const at = this.#kept.indexOf(mark, looked, 'latin1');
      if (at > limit || (at === -1 && this.#kept.length >= limit + mark.length)) throw badReply('its head');
      if (at !== -1) {
        const text = this.#kept.toString('latin1', 0, at);
        this.#kept = this.#kept.subarray(at + mark.length);
        return text;
      }
      looked = Math.max(0, this.#kept.length - mark.length);
      if (!(await this.#more())) throw cutOff();
    }
  }

  async #more(): Promise<boolean> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk: unknown = this.socket.read();
      if (chunk instanceof Buffer) {
        this.#kept = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
        return true;
      }
      if (this.#over) return false;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
