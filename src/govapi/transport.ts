/** One request on its way out. The URL is final: nothing below this line adds to it or follows a redirect. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Limit for the whole exchange; for a stream, until the headers are there. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** True when a repeat could do harm: then no connection is reused that the peer may be closing. */
  readonly once: boolean;
}

export interface HttpReply {
  readonly status: number;
  /** Lower-case names; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface HttpStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<Uint8Array>;
  close(): void;
}

/** Two implementations: `one-shot` (node:http, cheap to start) and `pooled` (undici, fast once running). */
export interface Transport {
  /** @throws ThothctlError `network`, `timeout`, `reply_too_large` or `interrupted`. */
  send(request: HttpRequest): Promise<HttpReply>;
  /** Resolves with the headers; the body follows as it comes. Errors as for `send`. */
  open(request: HttpRequest): Promise<HttpStream>;
  close(): Promise<void>;
}

/** Far above any page of this API; keeps a hostile or broken server from filling memory. */
export const LARGEST_REPLY = 64 * 1024 * 1024;
