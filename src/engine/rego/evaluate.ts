import { applyDirectives } from '../directive/apply.js';
import type { PolicyInput } from '../input/build.js';
import { LruMap } from '../lru-map.js';
import type { BundleSource, BundleVerdict } from '../types.js';
import type { Hit } from '../verdict/hit.js';
import { failedVerdict, settle } from '../verdict/settle.js';
import { EncodedInput } from './encoded-input.js';
import { ENTRY_RULES } from './language.js';
import { readOutcome } from './outcome.js';
import type { CompiledRego } from './policy.js';
import { loadOpaRuntime, unusable, type OpaPolicy, type OpaRuntime } from './runtime.js';

const PAGE_BYTES = 65_536;
const MEMORY_LIMIT_BYTES = 16 * 1024 * 1024;
/** An instance keeps what it ever needed; one that grew this far is dropped after the call. */
const KEEP_BELOW_BYTES = 2 * 1024 * 1024;
const LIVE_INSTANCES = 128;

/** Evaluates compiled Rego bundles, each in its own memory of at most 16 MiB. */
export class RegoEvaluator {
  readonly #instances = new LruMap<string, OpaPolicy>(LIVE_INSTANCES);
  readonly #runtime: OpaRuntime;
  readonly #encoded = new EncodedInput();

  private constructor(runtime: OpaRuntime) {
    this.#runtime = runtime;
  }

  static async create(): Promise<RegoEvaluator> {
    return new RegoEvaluator(await loadOpaRuntime());
  }

  /** Makes an instance ready; separate, because it may take longer than an evaluation may. */
  async prepare(bundle: BundleSource, policy: CompiledRego): Promise<void> {
    if (this.#instances.has(bundle.policyHash)) return;
    this.#instances.set(
      bundle.policyHash,
      await this.#runtime.load(policy.module, MEMORY_LIMIT_BYTES / PAGE_BYTES),
    );
  }

  evaluate(bundle: BundleSource, policy: CompiledRego, input: PolicyInput): BundleVerdict {
    try {
      const values = this.#run(bundle.policyHash, this.#encoded.of(input, policy));
      const hits: Hit[] = applyDirectives(policy.directives, input);
      for (const rule of ENTRY_RULES) {
        const value = values[rule]?.[0];
        hits.push(...readOutcome(rule, value, policy.names[rule] ?? [], input.tool.name));
      }
      return settle(bundle, hits, policy.rules.includes('allow'));
    } catch (error) {
      this.#instances.delete(bundle.policyHash);
      return failedVerdict(bundle, failureText(error));
    }
  }

  #run(hash: string, input: ArrayBuffer): Readonly<Record<string, readonly unknown[]>> {
    const instance = this.#instances.get(hash);
    if (instance === undefined) throw unusable('the policy was not prepared');
    const result = instance.evaluate(input);
    if (instance.memoryBytes() > KEEP_BELOW_BYTES) this.#instances.delete(hash);
    return result;
  }
}

function failureText(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : messageOf(error);
  return /out of memory|opa_malloc|memory access out of bounds|could not grow|grow/i.test(text)
    ? 'memory budget'
    : text.slice(0, 300);
}

/** The runtime throws strings and plain objects. */
function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return 'the evaluation failed';
}
