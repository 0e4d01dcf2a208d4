const NEWLINE = 0x0a;

/** Longest message accepted from either side; a line beyond it is reported, not kept. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Splits a byte stream into lines on `\n` bytes alone: U+2028 is data, and a character cut in two by a chunk
 * boundary is whole again in its line. Lines keep their terminator, so that they can travel on unchanged.
 */
export class LineFramer {
  #parts: Buffer[] = [];
  #size = 0;
  #overlong = false;

  /** Calls `onLine` for every line that the chunk completes; undefined stands for one that was too long. */
  push(chunk: Buffer, onLine: (line: Buffer | undefined) => void): void {
    let from = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, from);
      if (newline === -1) break;
      onLine(this.#complete(chunk.subarray(from, newline + 1)));
      from = newline + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /** What stands after the last newline, at the end of the stream. */
  rest(): Buffer | undefined {
    return this.#size === 0 || this.#overlong ? undefined : this.#complete(Buffer.alloc(0));
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > MAX_LINE_BYTES) {
      this.#overlong = true;
      this.#parts = [];
    } else this.#parts.push(part);
  }

  #complete(last: Buffer): Buffer | undefined {
    if (this.#size === 0) return last;
    this.#keep(last);
    const line = this.#overlong ? undefined : Buffer.concat(this.#parts, this.#size);
    this.#parts = [];
    this.#size = 0;
    this.#overlong = false;
    return line;
  }
}
