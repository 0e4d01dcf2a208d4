const WEIGHT = 0.2;
/** One sample counts at most this much: a thread that was not scheduled for a while proves nothing. */
const SAMPLE_CAP_MS = 40;
const SLOW_MS = 15;

/** Running average cost per bundle. Several slow evaluations in a row make a bundle slow, a single one does not. */
export class CostWatch {
  readonly #averages = new Map<number, number>();

  knows(lesson: number): boolean {
    return this.#averages.has(lesson);
  }

  /** True when the bundle has become too slow to share a thread with others. */
  record(lesson: number, milliseconds: number): boolean {
    const average =
      (1 - WEIGHT) * (this.#averages.get(lesson) ?? 0) + WEIGHT * Math.min(milliseconds, SAMPLE_CAP_MS);
    this.#averages.set(lesson, average);
    return average > SLOW_MS;
  }
}
