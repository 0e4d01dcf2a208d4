export type StopSignal = 'SIGINT' | 'SIGTERM';

const EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** How long a command may take to wind down after the first signal before it is ended anyway. */
const GRACE_MS = 3000;

/**
 * One handler for SIGINT and SIGTERM: the first asks the command to stop through an AbortSignal, the second ends
 * the process at once.
 */
export class StopSignals {
  readonly #controller = new AbortController();
  readonly #handlers = new Map<StopSignal, () => void>();
  #received: StopSignal | undefined;

  /** The signal that came first, if one came. */
  get received(): StopSignal | undefined {
    return this.#received;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  listen(): void {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      const handler = () => {
        if (this.#received !== undefined) process.exit(EXIT[name]);
        this.#received = name;
        this.#controller.abort();
      };
      this.#handlers.set(name, handler);
      process.on(name, handler);
    }
  }

  /** Stops the work without a signal, for example because the reader of stdout went away. */
  abort(): void {
    this.#controller.abort();
  }

  ignore(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
    this.#handlers.clear();
  }

  /** Settles as `work` does; after a signal it waits for `work` only as long as the grace time. */
  async withGrace<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<never>((_, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          timer = setTimeout(() => reject(signal.reason), GRACE_MS);
        },
        { once: true },
      );
    });
    try {
      return await Promise.race([work, overdue]);
    } finally {
      clearTimeout(timer);
    }
  }
}
