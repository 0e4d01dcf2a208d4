import type { Writable } from 'node:stream';

/**
 * Writes to one side and says when it is full. A side that went away swallows what is written to it: the other
 * direction and the exit code must not suffer from it.
 */
export class ByteSink {
  #gone = false;

  constructor(
    private readonly stream: Writable,
    private readonly onDrain: () => void,
    onGone?: () => void,
  ) {
    stream.on('drain', onDrain);
    stream.on('error', () => this.#lose(onGone));
    stream.on('close', () => this.#lose(onGone));
  }

  get full(): boolean {
    return !this.#gone && this.stream.writableNeedDrain;
  }

  /** Bytes that wait to be taken. */
  get backlog(): number {
    return this.#gone ? 0 : this.stream.writableLength;
  }

  write(bytes: Buffer | string): void {
    if (!this.#gone && !this.stream.writableEnded) this.stream.write(bytes);
  }

  /** Collects the writes of one turn into one system call. */
  together(work: () => void): void {
    this.stream.cork();
    try {
      work();
    } finally {
      this.stream.uncork();
    }
  }

  end(): void {
    if (!this.#gone && this.stream !== process.stdout) this.stream.end();
  }

  /** Settles when everything written has left the process. */
  flushed(): Promise<void> {
    if (this.#gone || this.stream.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.once('close', resolve);
      this.stream.once('error', () => resolve());
      this.stream.write('', () => resolve());
    });
  }

  #lose(onGone: (() => void) | undefined): void {
    if (this.#gone) return;
    this.#gone = true;
    this.onDrain();
    onGone?.();
  }
}
