import { ThothctlError } from '../../errors/index.js';
import { applyDirectives } from '../directive/apply.js';
import { parseDirectives, type Directive } from '../directive/parse.js';
import type { PolicyInput } from '../input/build.js';
import { LruMap } from '../lru-map.js';
import { namesTool } from '../tool-name.js';
import type { BundleSource, BundleVerdict } from '../types.js';
import type { Hit } from '../verdict/hit.js';
import { failedVerdict, settle } from '../verdict/settle.js';
import { CedarAuthorizer, type PolicySetHandle, type Satisfied } from './authorize.js';
import type { CedarLibrary } from './library.js';
import { parseCedar, type CedarPolicy } from './policies.js';

type Prepared =
  | { readonly failure: string }
  | {
      readonly failure?: undefined;
      readonly policies: readonly CedarPolicy[];
      readonly directives: readonly Directive[];
      readonly permits: boolean;
    };

interface Plan {
  readonly name: string;
  readonly handle: PolicySetHandle | undefined;
  readonly prepared: readonly Prepared[];
}

const PREPARED_BUNDLES = 2048;
const PLANS = 256;

/** Evaluates the Cedar bundles of a call together. One instance per thread: the engine's memory is the thread's. */
export class CedarEvaluator {
  readonly #cedar: CedarLibrary;
  readonly #authorizer: CedarAuthorizer;
  readonly #bundles = new LruMap<string, Prepared>(PREPARED_BUNDLES);
  readonly #byIdentity = new WeakMap<readonly BundleSource[], Plan>();
  readonly #plans = new LruMap<string, Plan>(PLANS, (_name, plan) => {
    if (plan.handle !== undefined) this.#authorizer.forget(plan.handle);
  });

  constructor(cedar: CedarLibrary) {
    this.#cedar = cedar;
    this.#authorizer = new CedarAuthorizer(cedar);
  }

  /** Parses what is not parsed yet; separate, because it may take longer than an evaluation may. */
  prepare(bundles: readonly BundleSource[]): void {
    this.#planOf(bundles);
  }

  evaluate(bundles: readonly BundleSource[], input: PolicyInput): BundleVerdict[] {
    const plan = this.#planOf(bundles);
    let satisfied: Satisfied = { holding: new Set(), errors: new Map(), failure: undefined };
    if (plan.handle !== undefined) {
      try {
        satisfied = this.#authorizer.authorize(plan.handle, input);
      } catch (error) {
        // Anything else is a trap of the engine, after which this thread must not go on using it.
        if (!(error instanceof ThothctlError)) throw error;
        satisfied = { ...satisfied, failure: error.message };
      }
    }
    return bundles.map((bundle, index) => verdictOf(bundle, index, plan.prepared[index], satisfied, input));
  }

  #planOf(bundles: readonly BundleSource[]): Plan {
    const same = this.#byIdentity.get(bundles);
    if (same !== undefined && this.#plans.get(same.name) === same) return same;
    const name = bundles.map((bundle) => `${bundle.policyHash}${bundle.evaluable ? '' : '!'}`).join(',');
    const known = this.#plans.get(name);
    if (known !== undefined) {
      this.#byIdentity.set(bundles, known);
      return known;
    }
    const prepared = bundles.map((bundle) => this.#prepareBundle(bundle));
    const policies = new Map<string, CedarPolicy>();
    prepared.forEach((each, index) => {
      if (each.failure === undefined)
        each.policies.forEach((policy, at) => policies.set(`${index}:${at}`, policy));
    });
    const plan: Plan = {
      name,
      prepared,
      handle: policies.size === 0 ? undefined : this.#authorizer.prepare(name, policies),
    };
    this.#plans.set(name, plan);
    this.#byIdentity.set(bundles, plan);
    return plan;
  }

  #prepareBundle(bundle: BundleSource): Prepared {
    if (!bundle.evaluable) return { failure: 'it was accepted although it does not parse' };
    const known = this.#bundles.get(bundle.policyHash);
    if (known !== undefined) return known;
    const prepared = this.#parse(bundle.rawPolicy);
    this.#bundles.set(bundle.policyHash, prepared);
    return prepared;
  }

  #parse(source: string): Prepared {
    const { directives, diagnostics } = parseDirectives('CEDAR', source);
    const broken = diagnostics[0];
    if (broken !== undefined) return { failure: `line ${broken.line}: ${broken.message}` };
    const parsed = parseCedar(this.#cedar, source);
    if (parsed === undefined) return { failure: 'it is not valid Cedar' };
    const problem = parsed.problems[0];
    if (problem !== undefined) return { failure: problem.message };
    if (parsed.templates.length > 0) return { failure: 'it holds a template, which nothing links' };
    return {
      policies: parsed.policies,
      directives,
      permits: parsed.policies.some((policy) => policy.effect === 'ALLOW'),
    };
  }
}

function verdictOf(
  bundle: BundleSource,
  index: number,
  prepared: Prepared | undefined,
  satisfied: Satisfied,
  input: PolicyInput,
): BundleVerdict {
  if (prepared === undefined) return failedVerdict(bundle, 'it was not prepared');
  if (prepared.failure !== undefined) return failedVerdict(bundle, prepared.failure);
  if (satisfied.failure !== undefined && prepared.policies.length > 0)
    return failedVerdict(bundle, satisfied.failure);
  const hits: Hit[] = applyDirectives(prepared.directives, input);
  if (satisfied.holding.size === 0 && satisfied.errors.size === 0)
    return settle(bundle, hits, prepared.permits);
  for (const [at, policy] of prepared.policies.entries()) {
    const error = satisfied.errors.get(`${index}:${at}`);
    if (error !== undefined)
      return failedVerdict(bundle, `${policy.label}: ${plainError(error, `${index}:${at}`)}`);
    if (satisfied.holding.has(`${index}:${at}`)) hits.push(hitOf(policy, input));
  }
  return settle(bundle, hits, prepared.permits);
}

function hitOf(policy: CedarPolicy, input: PolicyInput): Hit {
  return {
    effect: policy.effect,
    ruleId: policy.label,
    namesTool: [...policy.mentions.constants].some((constant) => namesTool(constant, input.tool.name)),
    reason: policy.reason,
    reasonCode: policy.reasonCode,
    timeoutSeconds: policy.timeoutSeconds,
    actionClass: policy.actionClass,
    waives: policy.waives,
    args: policy.effect === 'MODIFY' ? { ...input.tool.args, ...policy.setArgs } : undefined,
  };
}

/** The engine's message names our internal key; the label stands in front of it already. */
function plainError(message: string, key: string): string {
  return message.replace(`error while evaluating policy \`${key}\`: `, '');
}
