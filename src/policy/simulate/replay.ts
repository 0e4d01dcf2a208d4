import { availableParallelism } from 'node:os';
import { bundlesFor } from '../../engine/assignment.js';
import type { PolicyInput } from '../../engine/input/build.js';
import { LruMap } from '../../engine/lru-map.js';
import type { PooledEvaluator } from '../../engine/pool/index.js';
import type { BundleVerdict, DecisionWord, TenantSnapshot } from '../../engine/types.js';
import { policyEngine } from '../engine.js';
import type { RecordedCall } from './calls.js';
import { readsOf, type Reads } from './reads.js';

/** Why a call could not be decided again. */
export type Missing =
  'over_budget' | 'input_not_kept' | 'input_redacted' | 'scope_not_recorded' | 'not_readable';

export type Outcome =
  | { readonly missing: Missing }
  | {
      readonly missing?: undefined;
      readonly decision: DecisionWord;
      readonly reason: string;
      readonly rules: readonly string[];
    };

/** Calls under way at a time: enough to fill the batches of the threads. */
const WINDOW = 512;
const REMEMBERED = 8192;
const WORDS = new Set<string>(['ALLOW', 'BLOCK', 'STEP_UP', 'MODIFY', 'DEFER']);

/**
 * Decides recorded calls again with other bundles. Calls that no policy can tell apart are evaluated once; the rest is
 * spread over a thread per core.
 */
export class Replay {
  readonly #reads: Reads;
  readonly #verdicts = new LruMap<string, Promise<readonly BundleVerdict[]>>(REMEMBERED);
  #next = 0;
  /** Inputs that had to be evaluated. */
  evaluated = 0;

  private constructor(
    private readonly engine: Awaited<ReturnType<typeof policyEngine>>,
    private readonly evaluators: readonly PooledEvaluator[],
    private readonly snapshot: TenantSnapshot,
  ) {
    this.#reads = readsOf(snapshot.bundles);
  }

  static async open(snapshot: TenantSnapshot): Promise<Replay> {
    const [engine, { createEvaluator }] = await Promise.all([
      policyEngine(),
      import('../../engine/pool/index.js'),
    ]);
    const threads = Math.max(1, Math.min(8, availableParallelism()));
    const evaluators = Array.from({ length: threads }, () =>
      createEvaluator({ budgetMs: 5000, patienceMs: Number.POSITIVE_INFINITY }),
    );
    await Promise.all(evaluators.map((each) => each.prepare(snapshot.bundles)));
    return new Replay(engine, evaluators, snapshot);
  }

  async close(): Promise<void> {
    await Promise.all(this.evaluators.map((each) => each.close()));
  }

  /** Outcomes in no particular order of completion; `seen` is called once per call. */
  async run(
    calls: AsyncIterable<RecordedCall>,
    seen: (call: RecordedCall, outcome: Outcome) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const most = WINDOW * this.evaluators.length;
    let open = 0;
    let failure: { readonly cause: unknown } | undefined;
    let wake = (): void => undefined;
    const room = async (below: number): Promise<void> => {
      while (open >= below && failure === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (failure !== undefined) throw failure.cause;
    };
    for await (const call of calls) {
      signal?.throwIfAborted();
      open += 1;
      this.#decide(call)
        .then((outcome) => seen(call, outcome))
        .catch((cause: unknown) => {
          failure ??= { cause };
        })
        .finally(() => {
          open -= 1;
          wake();
        });
      await room(most);
    }
    await room(1);
  }

  async #decide(call: RecordedCall): Promise<Outcome> {
    if (call.input === null) return { missing: 'input_not_kept' };
    const input = this.engine.readPolicyInput(call.input);
    if (input === undefined || call.standing === null || !WORDS.has(call.standing.decision))
      return { missing: 'not_readable' };
    if (this.#reads.meetsRedaction(input)) return { missing: 'input_redacted' };
    const verdicts = await this.#verdictsOn(input);
    // A busy machine is no property of the policy.
    if (verdicts.some(({ failure }) => failure === 'time budget')) return { missing: 'over_budget' };
    if (call.in_scope !== null) return this.#settle(input, call, call.in_scope, verdicts);
    // Recorded before the scope was: known after all when it makes no difference.
    const inside = this.#settle(input, call, true, verdicts);
    const outside = this.#settle(input, call, false, verdicts);
    const same = !inside.missing && !outside.missing && inside.decision === outside.decision;
    return same ? inside : { missing: 'scope_not_recorded' };
  }

  #verdictsOn(input: PolicyInput): Promise<readonly BundleVerdict[]> {
    const key = this.#reads.key(input);
    let found = this.#verdicts.get(key);
    if (found === undefined) {
      this.evaluated += 1;
      const evaluator = this.evaluators[this.#next++ % this.evaluators.length];
      found =
        evaluator?.evaluateInput(input, bundlesFor(this.snapshot, input.principal.id)) ?? Promise.resolve([]);
      this.#verdicts.set(key, found);
    }
    return found;
  }

  /** As the control plane would: the bundles and the scope, and what stands beside them when that is stricter. */
  #settle(
    input: PolicyInput,
    call: RecordedCall,
    inScope: boolean,
    verdicts: readonly BundleVerdict[],
  ): Outcome {
    const { request, session } = this.engine.requestOf(input, inScope);
    const found = this.engine.decide(request, this.snapshot, session, verdicts);
    const decision = found.shadowDecision ?? found.decision;
    const standing = this.engine.STRICTEST_FIRST.find((word) => word === call.standing?.decision);
    if (standing !== undefined && this.engine.isStricter(standing, decision))
      return {
        decision: standing,
        reason: call.standing?.decision_reason_code ?? '',
        rules: call.standing?.matched_rule_ids ?? [],
      };
    return {
      decision,
      reason: found.reason,
      rules: found.matchedRuleIds.map((rule) => rule.replace(/@\d+(?=#|$)/u, '')),
    };
  }
}
