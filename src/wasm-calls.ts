import { setFlagsFromString } from 'node:v8';

let done = false;

/**
 * Keeps V8 from inlining calls into WebAssembly, in the whole process. With inlining, V8 11.3 (Node 20) now and then aborts the
 * process while deoptimising a hot caller (`Deoptimizer::DoComputeBuiltinContinuation`): half of all runs of
 * 12,000 distinct Cedar decisions died so, none without it, at the same speed. To be called before a policy
 * engine runs, and in long-lived processes of ours; never in a program that only imports the SDK. Other versions keep their defaults: the fault was seen in this one only, and a V8 that does not
 * know a flag complains on stderr.
 */
export function keepWasmCallsOutOfLine(): void {
  if (done || !process.versions.v8.startsWith('11.')) return;
  done = true;
  setFlagsFromString('--no-turbo-inline-js-wasm-calls');
}
