import { homedir } from 'node:os';
import { join } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;

export interface ContextPaths {
  readonly contextsFile: string;
  /** Credentials that no keyring keeps. */
  readonly credentialsDir: string;
  /** Session file of the existing tool: written by others, read by us when nothing else is there. */
  readonly sessionFile: string;
}

/** A set but blank variable counts as not set. */
export function variable(env: Env, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

export function contextPaths(env: Env, platform: NodeJS.Platform = process.platform): ContextPaths {
  const home = variable(env, 'HOME') ?? variable(env, 'USERPROFILE') ?? homedir();
  const config =
    variable(env, 'THOTHCTL_CONFIG_DIR') ??
    join(
      variable(env, 'XDG_CONFIG_HOME') ??
        (platform === 'win32'
          ? (variable(env, 'APPDATA') ?? join(home, 'AppData', 'Roaming'))
          : join(home, '.config')),
      'thothctl',
    );
  return {
    contextsFile: join(config, 'contexts.json'),
    credentialsDir: join(config, 'credentials'),
    sessionFile:
      variable(env, 'THOTH_AUTH_SESSION_FILE') ??
      join(variable(env, 'THOTH_HOME_DIR') ?? join(home, '.thoth'), 'admin-token.jwt'),
  };
}
