const NOTHING = Buffer.alloc(0);
const SMALLEST = 4096;

/**
 * Bytes that arrive in pieces and are needed whole. One buffer that doubles holds them: kept apart, a flood of pieces of
 * one byte would take a hundred times their size, and put together anew each time, the square of it.
 */
export class GrowingBytes {
  #buffer: Buffer = NOTHING;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** What is there. Stays as it is: more is added behind it, never over it. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  add(piece: Buffer): void {
    const size = this.#size + piece.length;
    if (size > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, this.#buffer.length * 2, SMALLEST));
      this.bytes.copy(larger);
      this.#buffer = larger;
    }
    piece.copy(this.#buffer, this.#size);
    this.#size = size;
  }

  /** Goes on with what stands behind the first `count` bytes; these belong to whoever has them. */
  drop(count: number): void {
    const rest = this.#buffer.subarray(count, this.#size);
    this.#buffer = NOTHING;
    this.#size = 0;
    if (rest.length > 0) this.add(rest);
  }
}
