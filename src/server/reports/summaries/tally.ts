/** Counts words; the most frequent first. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(word: string, by = 1): void {
    this.#counts.set(word, (this.#counts.get(word) ?? 0) + by);
  }

  get size(): number {
    return this.#counts.size;
  }

  count(word: string): number {
    return this.#counts.get(word) ?? 0;
  }

  /** The most frequent words with their counts, under a name of their own. */
  top(name: string, most = 10): Record<string, string | number>[] {
    return [...this.#counts]
      .sort(([a, left], [b, right]) => right - left || a.localeCompare(b))
      .slice(0, most)
      .map(([word, calls]) => ({ [name]: word, calls }));
  }
}
