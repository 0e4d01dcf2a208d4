import type { Failed } from './outcome.js';

/** Enough to keep the thread pool busy, few enough to hold little in memory. */
const WIDTH = 64;

/** Signature checks running side by side, whose verdicts are still taken in the order of the chain. */
export class SignatureWindow {
  readonly #running: Promise<Failed | undefined>[] = [];

  /** Starts a check; resolves with the verdict of an older one when the window is full. */
  async add(check: Promise<Failed | undefined>): Promise<Failed | undefined> {
    this.#running.push(check);
    return this.#running.length < WIDTH ? undefined : this.#running.shift();
  }

  /** First failure among those still running, in order. */
  async drain(): Promise<Failed | undefined> {
    const verdicts = await Promise.all(this.#running.splice(0));
    return verdicts.find((verdict) => verdict !== undefined);
  }
}
