import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where positions and seen chain ends are kept. Beside the configuration when that was moved, so that one variable
 * isolates an installation; else the platform's place for state.
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env['THOTHCTL_STATE_DIR']) return env['THOTHCTL_STATE_DIR'];
  if (env['THOTHCTL_CONFIG_DIR']) return join(env['THOTHCTL_CONFIG_DIR'], 'state');
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'thothctl');
}
