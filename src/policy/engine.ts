import type * as EngineModule from '../engine/index.js';
import { setFlagsFromString } from 'node:v8';

type Engine = typeof EngineModule;

let loaded: Promise<Engine> | undefined;

/** The policy engines: megabytes of WebAssembly, loaded by whoever really checks a policy. */
export function policyEngine(): Promise<Engine> {
  loaded ??= load();
  return loaded;
}

function load(): Promise<Engine> {
  // A command that lints is gone in seconds, but at its end Node waits for V8 to finish optimising hot WebAssembly
  // nobody will run again (nodejs/node#36616). The server never comes through here.
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  return import('../engine/index.js');
}
