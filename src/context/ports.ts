import { noKeyring, systemKeyring, type Keyring } from './keyring.js';
import { contextPaths, variable, type ContextPaths, type Env } from './paths.js';

/** The outside world of this folder. */
export interface ContextPorts {
  readonly env: Env;
  readonly paths: ContextPaths;
  readonly keyring: Keyring;
  readonly now: () => number;
}

/** `THOTHCTL_CREDENTIAL_STORE=file` keeps credentials out of the keyring. */
export function systemPorts(env: Env = process.env): ContextPorts {
  return {
    env,
    paths: contextPaths(env),
    keyring: variable(env, 'THOTHCTL_CREDENTIAL_STORE') === 'file' ? noKeyring : systemKeyring,
    now: Date.now,
  };
}
