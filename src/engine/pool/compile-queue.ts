import type { NoAnswer } from '../check-refusal.js';
import type { RegoCompilation } from '../rego/policy.js';
import type { Framework, PolicyDiagnostic } from '../types.js';

export interface Build {
  readonly op: 'build';
  /** Whose it is: the tenant, as a rule. */
  readonly owner: string;
  readonly source: string;
  readonly settle: (answer: RegoCompilation | NoAnswer) => void;
}

export interface Check {
  readonly op: 'check';
  readonly owner: string;
  readonly framework: Framework;
  readonly source: string;
  /** Set once a batch with it overran: then it is to be checked by itself. */
  readonly alone: boolean;
  readonly settle: (answer: readonly PolicyDiagnostic[] | NoAnswer) => void;
}

/** Cedar reads its schema anew for every check, so policies that wait are checked together; few, since others wait too. */
const BATCH_SOURCES = 32;
const BATCH_CHARACTERS = 64 * 1024;

/** What waits for a compiling thread. Owners take turns, and what decisions wait for goes before checks. */
export class CompileQueue {
  readonly #builds = new Turns<Build>();
  readonly #checks = new Turns<Check>();

  add(each: Build | Check): void {
    if (each.op === 'build') this.#builds.add(each);
    else this.#checks.add(each);
  }

  /** A build, or checks of one owner. */
  take(): Build | readonly Check[] | undefined {
    const build = this.#builds.next();
    if (build !== undefined) return build.shift();
    const waiting = this.#checks.next();
    return waiting === undefined ? undefined : batch(waiting);
  }

  /** Takes out everything of an owner. */
  remove(owner: string): readonly (Build | Check)[] {
    return [...this.#builds.remove(owner), ...this.#checks.remove(owner)];
  }

  clear(): readonly (Build | Check)[] {
    return [...this.#builds.clear(), ...this.#checks.clear()];
  }
}

function batch(waiting: Check[]): readonly Check[] {
  const taken: Check[] = [];
  let characters = 0;
  for (const next of waiting) {
    characters += next.source.length;
    if (taken.length > 0 && (next.alone || characters > BATCH_CHARACTERS)) break;
    taken.push(next);
    if (next.alone || taken.length === BATCH_SOURCES) break;
  }
  waiting.splice(0, taken.length);
  return taken;
}

/** A list for each owner; the owner whose turn it was goes to the end. */
class Turns<Each extends { readonly owner: string }> {
  readonly #lists = new Map<string, Each[]>();

  add(each: Each): void {
    const list = this.#lists.get(each.owner);
    if (list === undefined) this.#lists.set(each.owner, [each]);
    else list.push(each);
  }

  /** The list of the owner whose turn it is, with at least one entry; the caller takes from its front. */
  next(): Each[] | undefined {
    for (const [owner, list] of this.#lists) {
      this.#lists.delete(owner);
      if (list.length === 0) continue;
      this.#lists.set(owner, list);
      return list;
    }
    return undefined;
  }

  remove(owner: string): readonly Each[] {
    const list = this.#lists.get(owner) ?? [];
    this.#lists.delete(owner);
    return list;
  }

  clear(): readonly Each[] {
    const all = [...this.#lists.values()].flat();
    this.#lists.clear();
    return all;
  }
}
