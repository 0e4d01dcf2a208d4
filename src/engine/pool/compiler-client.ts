import { policyCheckRefusal, type NoAnswer } from '../check-refusal.js';
import { CHECK_LIMIT_MS } from '../policy-limits.js';
import type { RegoCompilation } from '../rego/policy.js';
import type { Framework, PolicyDiagnostic } from '../types.js';
import { CompileLane, settleAll } from './compile-lane.js';
import type { Build, Check } from './compile-queue.js';
import { Quarantine } from './quarantine.js';

/** What may keep the thread everybody shares. */
const SHARED_LIMIT_MS = 1000;
/** A policy that passed its check must not fail to compile: compiling does more than checking. */
const BUILD_BUDGETS = 3;

/**
 * Compiles and checks policy source in two threads. Everybody begins in the shared one, where a request may take a
 * second; what takes longer is done again apart, within the whole budget, and so is everything else of its owner for a
 * while. In both, owners take turns: nobody waits for more than one request of another.
 */
export class CompilerClient {
  readonly #budgetMs: number;
  readonly #slow = new Quarantine();
  readonly #shared: CompileLane;
  readonly #apart: CompileLane;

  /** @param budgetMs wall time a check of one source may take. */
  constructor(budgetMs = CHECK_LIMIT_MS) {
    this.#budgetMs = budgetMs;
    this.#shared = new CompileLane({
      limitMs: () => Math.min(SHARED_LIMIT_MS, budgetMs),
      onGivenUp: (asked) => this.#moveApart([asked].flat()),
    });
    this.#apart = new CompileLane({
      limitMs: (asked) => ('op' in asked ? BUILD_BUDGETS * budgetMs : budgetMs),
      onGivenUp: (asked, why) => this.#giveUp([asked].flat(), why),
    });
  }

  /** `transient` marks a failure of the thread, which may be tried again, not of the source. */
  async build(source: string, owner = ''): Promise<RegoCompilation & { readonly transient?: boolean }> {
    const answer = await new Promise<RegoCompilation | NoAnswer>((settle) =>
      this.#add({ op: 'build', owner, source, settle }),
    );
    return typeof answer === 'string'
      ? { ok: false, failure: 'compiling it took too long or too much memory', transient: true }
      : answer;
  }

  async check(framework: Framework, source: string, owner = ''): Promise<readonly PolicyDiagnostic[]> {
    const answer = await new Promise<readonly PolicyDiagnostic[] | NoAnswer>((settle) =>
      this.#add({ op: 'check', owner, framework, source, alone: framework !== 'CEDAR', settle }),
    );
    return typeof answer === 'string' ? [policyCheckRefusal(source, answer, this.#budgetMs)] : answer;
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#apart.close()]);
  }

  #add(each: Build | Check): void {
    (this.#slow.standing(each.owner) === 'trusted' ? this.#shared : this.#apart).add(each);
  }

  /** Which of several brought the thread down cannot be told: each gets a turn of its own. */
  #moveApart(asked: readonly (Build | Check)[]): void {
    for (const owner of new Set(asked.map((each) => each.owner))) {
      this.#slow.isSlow(owner);
      for (const each of this.#shared.remove(owner)) this.#apart.add(each);
    }
    for (const each of asked) this.#apart.add(each.op === 'check' ? { ...each, alone: true } : each);
  }

  #giveUp(asked: readonly (Build | Check)[], why: NoAnswer): void {
    if (asked.length > 1) this.#moveApart(asked);
    else settleAll(asked, why);
  }
}
