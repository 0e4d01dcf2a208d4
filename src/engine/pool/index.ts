import { buildPolicyInput, type PolicyInput } from '../input/build.js';
import { LruMap } from '../lru-map.js';
import type { RegoCompilation } from '../rego/policy.js';
import type {
  BundleSource,
  BundleVerdict,
  EngineRequest,
  Framework,
  PolicyDiagnostic,
  SessionFacts,
} from '../types.js';
import { keepWasmCallsOutOfLine } from '../../wasm-calls.js';
import { CompilerClient } from './compiler-client.js';
import { Job } from './job.js';
import { Lane } from './lane.js';
import type { Lesson } from './messages.js';
import { Quarantine } from './quarantine.js';

export interface EvaluatorOptions {
  /** Wall time one bundle may take for one call, in milliseconds. */
  readonly budgetMs?: number;
  /** Wall time to make a bundle ready in a thread, in milliseconds. */
  readonly prepareBudgetMs?: number;
  /** Wall time to check one source, in milliseconds; compiling it may take three times that. */
  readonly compileBudgetMs?: number;
  /** How long a call may wait behind bundles that overran before it is refused; for ever where nobody waits for the answer. */
  readonly patienceMs?: number;
  /** JavaScript heap of a deciding thread. Rego policies have 16 MiB each besides. */
  readonly heapLimitMb?: number;
}

/** Structurally the server's `PolicyEvaluator`, with what only the engine needs to know. */
export interface PooledEvaluator {
  evaluate(
    request: EngineRequest,
    bundles: readonly BundleSource[],
    session?: SessionFacts,
  ): Promise<readonly BundleVerdict[]>;
  /** The same for the document policies decide from, as it was recorded. */
  evaluateInput(input: PolicyInput, bundles: readonly BundleSource[]): Promise<readonly BundleVerdict[]>;
  /** @param owner the tenant whose policy it is: tenants take turns at the compiler. */
  check(framework: Framework, rawPolicy: string, owner?: string): Promise<readonly PolicyDiagnostic[]>;
  /** Compiles bundles ahead of their first call. */
  prepare(bundles: readonly BundleSource[], owner?: string): Promise<void>;
  close(): Promise<void>;
}

const COMPILED_POLICIES = 1024;
const KNOWN_BUNDLES = 10_000;
const OFFENDER_PATIENCE_MS = 1000;
/** A policy that took too long to compile is not tried again by every call it governs. */
const COMPILE_AGAIN_MS = 60_000;
/** Cedar text of one call from which making it ready takes a thread long enough for others to notice. */
const HEAVY_CHARACTERS = 32 * 1024;

/**
 * Evaluates policies in threads of their own: one for everybody, one for calls under so much Cedar that making it ready
 * takes seconds, one for bundles that have overrun their budget, and those that compile. Threads start with the first
 * bundle that needs them; without bundles nothing is ever started.
 */
export function createEvaluator(options: EvaluatorOptions = {}): PooledEvaluator {
  keepWasmCallsOutOfLine();
  const quarantine = new Quarantine();
  const compiler = new CompilerClient(options.compileBudgetMs);
  const compilations = new LruMap<string, Promise<RegoCompilation>>(COMPILED_POLICIES);
  const lessons = new LruMap<string, Lesson>(KNOWN_BUNDLES);
  /** The same by identity: a snapshot keeps its bundle objects, and building a key for each call would cost more than deciding. */
  const byIdentity = new WeakMap<BundleSource, Lesson>();
  const lane = (batchSize: number, patienceMs: number): Lane =>
    new Lane({
      budgetMs: options.budgetMs ?? 250,
      prepareBudgetMs: options.prepareBudgetMs ?? 10_000,
      heapLimitMb: options.heapLimitMb ?? 512,
      batchSize,
      patienceMs,
      place,
      onOffence: (bundleId) => quarantine.overran(bundleId),
      onSlow: (bundleId) => quarantine.isSlow(bundleId),
    });
  const shared = lane(64, Number.POSITIVE_INFINITY);
  const heavy = lane(64, Number.POSITIVE_INFINITY);
  const offenders = lane(8, options.patienceMs ?? OFFENDER_PATIENCE_MS);
  let nextLesson = 1;

  function place(job: Job): Lane | undefined {
    const usual = job.cedarCharacters > HEAVY_CHARACTERS ? heavy : shared;
    if (quarantine.isEmpty) return usual;
    let apart = false;
    for (const { bundle } of job.open) {
      const standing = quarantine.standing(bundle.id);
      if (standing === 'suspended') job.giveUp(bundle.id, 'time budget');
      apart ||= standing === 'apart';
    }
    if (job.open.length > 0) return apart ? offenders : usual;
    job.answer([]);
    return undefined;
  }

  function compiled(bundle: BundleSource, owner: string | undefined): Promise<RegoCompilation> {
    let compilation = compilations.get(bundle.policyHash);
    if (compilation === undefined) {
      compilation = compiler.build(bundle.rawPolicy, owner).then((built) => {
        if (!built.ok && built.transient === true)
          setTimeout(() => compilations.delete(bundle.policyHash), COMPILE_AGAIN_MS).unref();
        return built;
      });
      compilations.set(bundle.policyHash, compilation);
    }
    return compilation;
  }

  /** The lesson is remembered, so that all but the first call find it without waiting. */
  async function learn(bundle: BundleSource, owner: string | undefined): Promise<Lesson> {
    const rego = bundle.framework === 'OPA' && bundle.evaluable ? await compiled(bundle, owner) : undefined;
    const known = lessons.get(lessonKey(bundle));
    if (known !== undefined) {
      byIdentity.set(bundle, known);
      return known;
    }
    const lesson = {
      number: nextLesson++,
      bundle: { ...bundle, rawPolicy: bundle.framework === 'OPA' ? '' : bundle.rawPolicy },
      rego,
    };
    if (rego === undefined || rego.ok || !('transient' in rego)) {
      lessons.set(lessonKey(bundle), lesson);
      byIdentity.set(bundle, lesson);
    }
    return lesson;
  }

  async function evaluateInput(
    input: PolicyInput,
    bundles: readonly BundleSource[],
    owner?: string,
  ): Promise<readonly BundleVerdict[]> {
    if (bundles.length === 0) return [];
    const known: Lesson[] = [];
    for (const bundle of bundles) known.push(byIdentity.get(bundle) ?? (await learn(bundle, owner)));
    return new Promise((resolve) => {
      const job = new Job(input, known, resolve);
      place(job)?.submit(job);
    });
  }

  return {
    evaluate: (request, bundles, session) =>
      evaluateInput(buildPolicyInput(request, session), bundles, request.tenantId),
    evaluateInput,
    check: (framework, rawPolicy, owner) => compiler.check(framework, rawPolicy, owner),
    async prepare(bundles, owner) {
      await Promise.all(bundles.map((bundle) => learn(bundle, owner)));
    },
    async close() {
      await Promise.all([shared, heavy, offenders, compiler].map((each) => each.close()));
    },
  };
}

/** A version never changes; whether it binds and may be evaluated can. */
function lessonKey(bundle: BundleSource): string {
  return `${bundle.id} ${bundle.policyHash} ${bundle.binding} ${bundle.evaluable}`;
}
