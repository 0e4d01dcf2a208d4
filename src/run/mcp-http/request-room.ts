import type { ServerResponse } from 'node:http';

/** What all open requests may hold of what they sent, together. */
const MAX_BYTES = 256 * 1024 * 1024;
/** What a request costs at least: connections and objects on both sides. */
const LEAST_BYTES = 64 * 1024;

/** Claims memory for that many more bytes; false when there is none. */
export type Claim = (bytes: number) => boolean;

/**
 * Memory of the requests that are open. On HTTP no reader can be made to wait, for every client may open as many
 * connections as it likes; what does not fit is turned away instead.
 */
export class RequestRoom {
  #left: number;

  constructor(most = MAX_BYTES) {
    this.#left = most;
  }

  /** Bytes that are free. */
  get left(): number {
    return this.#left;
  }

  /** The share of one request, until its response is over; undefined when there is no room for it. */
  share(response: ServerResponse): Claim | undefined {
    let taken = 0;
    let open = true;
    const claim = (bytes: number): boolean => {
      if (!open || bytes > this.#left) return false;
      taken += bytes;
      this.#left -= bytes;
      return true;
    };
    if (!claim(LEAST_BYTES)) return undefined;
    response.once('close', () => {
      open = false;
      this.#left += taken;
    });
    return claim;
  }
}
