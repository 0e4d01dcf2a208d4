import type { Candidate } from '../combine.js';
import { ruleReferences } from '../combine.js';
import type { BundleVerdict, EngineRequest, TenantSnapshot } from '../types.js';
import { overridesFor } from './override.js';

/** Standing rules that may be set aside by name; rules of bundles and packs are named `name@version#rule`. */
const STANDING = new Set(['scope', 'intent', 'risk-tier']);

/**
 * True for a rule an exception may set aside. Anything else that refuses calls (a policy that fails, a quarantined
 * endpoint, whatever comes later) is not on this list, and so no exception ever reaches it.
 */
export function isWaivable(ruleId: string): boolean {
  return STANDING.has(ruleId) || /^[^#]+@\d+#./.test(ruleId);
}

interface Waiver {
  /** `exception:<request id>`, or the bundle whose rule says so. */
  readonly id: string;
  readonly ruleIds: readonly string[];
  readonly hold: boolean;
}

/** The rules set aside for one call, and which of them would have counted. */
export class Waivers {
  readonly #byRule = new Map<string, Waiver>();
  readonly #used = new Map<Waiver, Set<string>>();

  constructor(waivers: readonly Waiver[]) {
    // Where one of two holds the call and the other lets it through, the stricter one is met first and stays.
    const strictestFirst = [...waivers].sort((left, right) => Number(right.hold) - Number(left.hold));
    for (const waiver of strictestFirst) {
      for (const rule of waiver.ruleIds) {
        if (isWaivable(rule) && !this.#byRule.has(rule)) this.#byRule.set(rule, waiver);
      }
    }
  }

  /** True when every one of the rules is set aside; they then count as used. */
  cover(ruleIds: readonly string[]): boolean {
    if (ruleIds.length === 0 || !ruleIds.every((rule) => this.#byRule.has(rule))) return false;
    for (const rule of ruleIds) {
      const waiver = this.#byRule.get(rule);
      if (waiver === undefined) continue;
      const rules = this.#used.get(waiver) ?? new Set();
      this.#used.set(waiver, rules.add(rule));
    }
    return true;
  }

  /** What a bundle says once the rules set aside are gone. A failure is no rule, and stays. */
  remainder(verdict: BundleVerdict): BundleVerdict {
    const { outcome, failure, reasonCode, rest } = verdict;
    const refuses = outcome === 'BLOCK' || outcome === 'DEFER' || outcome === 'STEP_UP';
    if (!refuses || failure !== undefined || reasonCode === 'modify_conflict') return verdict;
    if (!this.cover(ruleReferences(verdict))) return verdict;
    return rest === undefined ? { ...verdict, outcome: 'NO_OPINION', ruleIds: [] } : this.remainder(rest);
  }

  without(candidates: readonly Candidate[]): readonly Candidate[] {
    return candidates.filter((each) => !this.cover(each.ruleIds));
  }

  /** What was set aside, by whom. */
  used(): readonly { readonly id: string; readonly ruleIds: readonly string[] }[] {
    return [...this.#used].map(([{ id }, rules]) => ({ id, ruleIds: [...rules].sort() }));
  }

  /** The settled decision, naming the exceptions it rests on. What other rules refuse is not theirs to name. */
  label(settled: Candidate): Candidate {
    if (this.#used.size === 0 || (settled.word !== 'ALLOW' && settled.word !== 'MODIFY')) return settled;
    const used = [...this.#used.keys()];
    const ids = used.map(({ id }) => id).sort();
    const rules = [...this.#used.values()].flatMap((each) => [...each]).sort();
    const why = `${ids.join(', ')} sets aside ${rules.join(', ')}`;
    if (used.some(({ hold }) => hold)) {
      const reason = `${why}; the call waits for an approval instead`;
      return { ...settled, word: 'STEP_UP', reasonCode: 'policy_exception', reason, ruleIds: ids };
    }
    const ruleIds = [...settled.ruleIds, ...ids];
    if (settled.word === 'MODIFY') return { ...settled, ruleIds };
    return { ...settled, reasonCode: 'policy_exception', reason: why, ruleIds };
  }
}

/** Undefined when nothing is set aside for the call, which is nearly always. */
export function waiversFor(
  request: EngineRequest,
  snapshot: TenantSnapshot,
  binding: readonly BundleVerdict[],
): Waivers | undefined {
  const overrides = overridesFor(request, snapshot);
  const told = binding.filter((verdict) => verdict.waives !== undefined);
  if (overrides.length === 0 && told.length === 0) return undefined;
  return new Waivers([
    ...overrides.map(({ requestId, ruleIds, hold }) => ({ id: `exception:${requestId}`, ruleIds, hold })),
    ...told.map((verdict) => ({
      id: `${verdict.bundleName}@${verdict.bundleVersion}`,
      ruleIds: verdict.waives ?? [],
      hold: false,
    })),
  ]);
}
