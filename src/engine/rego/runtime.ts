import { ThothctlError } from '../../errors/index.js';
import { keepWasmCallsOutOfLine } from '../../wasm-calls.js';
import { isJsonObject } from '../json-object.js';

/** One loaded policy with its own memory. */
export interface OpaPolicy {
  /** Entry rule to the list of its value on the input, JSON in UTF-8; an empty list when it is undefined. */
  evaluate(input: ArrayBuffer): Readonly<Record<string, readonly unknown[]>>;
  memoryBytes(): number;
}

export interface OpaRuntime {
  load(module: WebAssembly.Module, maximumPages: number): Promise<OpaPolicy>;
}

const INITIAL_PAGES = 5;

/** OPA's own evaluator of compiled policies, loaded on first use. */
export async function loadOpaRuntime(): Promise<OpaRuntime> {
  keepWasmCallsOutOfLine();
  const { loadPolicy } = await import('@open-policy-agent/opa-wasm');
  return {
    async load(module, maximumPages) {
      const loaded = await loadPolicy(module, { initial: INITIAL_PAGES, maximum: maximumPages });
      return {
        evaluate: (input) => readResult(loaded.evaluate(input)),
        memoryBytes: () => loaded.mem.buffer.byteLength,
      };
    },
  };
}

/** The result set of the compiler's single query: `[{result: {<rule>: [<value>]}}]`. */
function readResult(value: unknown): Readonly<Record<string, readonly unknown[]>> {
  const row: unknown = Array.isArray(value) ? value[0] : undefined;
  const result: unknown = isJsonObject(row) ? row['result'] : undefined;
  if (!isJsonObject(result)) throw unusable('the policy gave no result');
  const rules: Record<string, readonly unknown[]> = {};
  for (const [name, values] of Object.entries(result)) if (Array.isArray(values)) rules[name] = values;
  return rules;
}

/** A policy that cannot be used; its text becomes the verdict's `failure`. */
export function unusable(message: string): ThothctlError {
  return new ThothctlError({ code: 'policy_unusable', message, exit: 'unexpected' });
}
