import type { Directive } from '../directive/parse.js';
import type { InputReads } from './input-reads.js';

/** A Rego bundle ready to run. Structured-cloneable, so that the compiling thread can hand it to the deciding one. */
export interface CompiledRego {
  readonly module: WebAssembly.Module;
  /** Entry rules present, and the string constants each can reach. */
  readonly rules: readonly string[];
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly directives: readonly Directive[];
  readonly reads: InputReads;
}

export type RegoCompilation =
  { readonly ok: true; readonly policy: CompiledRego } | { readonly ok: false; readonly failure: string };
