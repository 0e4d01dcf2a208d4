import { GrowingBytes } from '../growing-bytes.js';
import { MAX_MESSAGE_BYTES } from '../mcp/message-limit.js';

const NEWLINE = 0x0a;

/**
 * Splits a byte stream into lines on `\n` bytes alone: U+2028 is data, and a character cut in two by a chunk
 * boundary is whole again in its line. Lines keep their terminator, so that they can travel on unchanged.
 */
export class LineFramer {
  readonly #begun = new GrowingBytes();
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
    return this.#begun.size === 0 ? undefined : this.#complete(Buffer.alloc(0));
  }

  #keep(part: Buffer): void {
    if (this.#begun.size + part.length > MAX_MESSAGE_BYTES) this.#overlong = true;
    if (this.#overlong) this.#begun.drop(this.#begun.size);
    else this.#begun.add(part);
  }

  #complete(last: Buffer): Buffer | undefined {
    if (this.#begun.size === 0 && !this.#overlong) return last;
    this.#keep(last);
    const line = this.#overlong ? undefined : this.#begun.bytes;
    this.#begun.drop(this.#begun.size);
    this.#overlong = false;
    return line;
  }
}
