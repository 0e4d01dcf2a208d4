import type { PolicyInput } from '../input/build.js';
import { readPart } from './input-reads.js';
import type { CompiledRego } from './policy.js';

const ENCODER = new TextEncoder();

/** The JSON each policy gets to read of a call, made once for all policies that read the same. */
export class EncodedInput {
  #input: PolicyInput | undefined;
  readonly #texts = new Map<string, ArrayBuffer>();
  readonly #keys = new WeakMap<CompiledRego, string>();

  of(input: PolicyInput, policy: CompiledRego): ArrayBuffer {
    if (this.#input !== input) {
      this.#input = input;
      this.#texts.clear();
    }
    const key = this.#keyOf(policy);
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = new Uint8Array(ENCODER.encode(JSON.stringify(readPart(input, policy.reads)))).buffer;
      this.#texts.set(key, text);
    }
    return text;
  }

  #keyOf(policy: CompiledRego): string {
    let key = this.#keys.get(policy);
    if (key === undefined) {
      key = JSON.stringify(policy.reads?.map((names) => names.join('.')).sort() ?? null);
      this.#keys.set(policy, key);
    }
    return key;
  }
}
