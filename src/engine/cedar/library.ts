import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';

export type CedarLibrary = typeof Cedar;

let loading: Promise<CedarLibrary> | undefined;

/** The Cedar engine, loaded on first use: its WebAssembly costs a one-shot command tens of milliseconds. */
export function loadCedar(): Promise<CedarLibrary> {
  loading ??= import('@cedar-policy/cedar-wasm/nodejs').then((loaded) => loaded);
  return loading;
}
