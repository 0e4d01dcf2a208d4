import { Readable, Writable } from 'node:stream';

/** A source that never ends by itself and counts what is taken of it. */
export class Flood extends Readable {
  taken = 0;

  constructor(
    private readonly line: (nth: number) => string,
    private readonly most = Infinity,
  ) {
    super();
  }

  override _read(): void {
    let chunk = '';
    while (chunk.length < 16_384 && this.taken < this.most) chunk += `${this.line((this.taken += 1))}\n`;
    if (chunk !== '') this.push(chunk);
    // Pushed after a turn, as a pipe does: whoever asks to stop is heard.
    if (this.taken >= this.most) setImmediate(() => this.push(null));
  }
}

/** A reader that takes nothing until it is let go. */
export class Stopped extends Writable {
  readonly #chunks: Buffer[] = [];
  #release: (() => void) | undefined;
  #open = false;

  size = 0;

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  letGo(): void {
    this.#open = true;
    this.#release?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    this.size += chunk.length;
    if (this.#open) setImmediate(done);
    else this.#release = done;
  }
}
