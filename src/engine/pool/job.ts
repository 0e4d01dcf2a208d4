import type { PolicyInput } from '../input/build.js';
import type { BundleSource, BundleVerdict } from '../types.js';
import { failedVerdict, noOpinion } from '../verdict/settle.js';
import type { Lesson } from './messages.js';

/** One call waiting for the verdicts of its bundles. */
export class Job {
  readonly input: PolicyInput;
  readonly bundles: readonly BundleSource[];
  readonly #lessons: readonly Lesson[];
  readonly #failures = new Map<string, string>();
  readonly #done: (verdicts: readonly BundleVerdict[]) => void;
  readonly queuedAt = performance.now();
  /** Length of the Cedar text a thread has to have read for it. */
  readonly cedarCharacters: number;

  constructor(
    input: PolicyInput,
    lessons: readonly Lesson[],
    done: (verdicts: readonly BundleVerdict[]) => void,
  ) {
    this.input = input;
    this.#lessons = lessons;
    this.bundles = lessons.map((lesson) => lesson.bundle);
    this.#done = done;
    let characters = 0;
    for (const { framework, rawPolicy } of this.bundles)
      if (framework === 'CEDAR') characters += rawPolicy.length;
    this.cedarCharacters = characters;
  }

  /** Bundles still to be evaluated. */
  get open(): readonly Lesson[] {
    return this.#failures.size === 0
      ? this.#lessons
      : this.#lessons.filter(({ bundle }) => !this.#failures.has(bundle.id));
  }

  /** The bundle blocks this call without being evaluated (again). */
  giveUp(bundleId: string, failure: string): void {
    this.#failures.set(bundleId, failure);
  }

  giveUpAll(failure: string): void {
    for (const lesson of this.open) this.giveUp(lesson.bundle.id, failure);
  }

  /** Answers with the verdicts of the open bundles, in their order; null is a plain NO_OPINION. */
  answer(verdicts: readonly (BundleVerdict | null)[]): void {
    const open = this.open;
    const found = new Map(open.map((lesson, index) => [lesson.bundle.id, verdicts[index]]));
    this.#done(
      this.bundles.map((bundle) => {
        const failure = this.#failures.get(bundle.id);
        if (failure !== undefined) return failedVerdict(bundle, failure);
        const verdict = found.get(bundle.id);
        return verdict === undefined
          ? failedVerdict(bundle, 'it was not evaluated')
          : (verdict ?? noOpinion(bundle));
      }),
    );
  }
}
