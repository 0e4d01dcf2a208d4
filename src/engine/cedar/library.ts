import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import { keepWasmCallsOutOfLine } from '../../wasm-calls.js';

export type CedarLibrary = typeof Cedar;

let loading: Promise<CedarLibrary> | undefined;

/** The Cedar engine, loaded on first use: its WebAssembly costs a one-shot command tens of milliseconds. */
export function loadCedar(): Promise<CedarLibrary> {
  keepWasmCallsOutOfLine();
  loading ??= import('@cedar-policy/cedar-wasm/nodejs').then((loaded) => loaded);
  return loading;
}
