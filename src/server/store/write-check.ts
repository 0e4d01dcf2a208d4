import { ThothctlError } from '../../errors/index.js';

/**
 * Finds out whether the store can write by writing: a full disk shows before a change meets it, and its end without one.
 * Whoever asks while one is under way shares it, so that many who ask cost no more than one sync at a time.
 */
export class WriteCheck {
  #underWay: Promise<ThothctlError | undefined> | undefined;

  /** @param write changes something and resolves once that is durable */
  constructor(private readonly write: () => Promise<unknown>) {}

  /** Why nothing can be recorded now; undefined when it can. */
  hindrance(): Promise<ThothctlError | undefined> {
    this.#underWay ??= this.#ask().finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  async #ask(): Promise<ThothctlError | undefined> {
    try {
      await this.write();
      return undefined;
    } catch (error) {
      if (error instanceof ThothctlError) return error;
      throw error;
    }
  }
}
