import type { ByteSink } from './byte-sink.js';

const NEWLINE = 0x0a;

/**
 * What the client reads: the server's bytes as they come, with our own messages put between its lines and never
 * inside one.
 */
export class ClientOutput {
  #insideLine = false;
  #waiting: string[] = [];

  constructor(private readonly sink: ByteSink) {}

  forward(chunk: Buffer): void {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last === -1) {
      this.sink.write(chunk);
      this.#insideLine = true;
      return;
    }
    const endsLine = last === chunk.length - 1;
    if (endsLine || this.#waiting.length === 0) {
      this.sink.write(chunk);
      this.#insideLine = !endsLine;
      if (endsLine) this.#release();
      return;
    }
    this.sink.write(chunk.subarray(0, last + 1));
    this.#insideLine = false;
    this.#release();
    this.sink.write(chunk.subarray(last + 1));
    this.#insideLine = true;
  }

  /** Adds one message of our own at the next line boundary. */
  inject(line: string): void {
    if (this.#insideLine) this.#waiting.push(line);
    else this.sink.write(line);
  }

  /** The server will write no more: ends a line it left open, so that what follows can be read. */
  endLine(): void {
    if (this.#insideLine) this.sink.write('\n');
    this.#insideLine = false;
    this.#release();
  }

  #release(): void {
    for (const line of this.#waiting.splice(0)) this.sink.write(line);
  }
}
