import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where undelivered events wait for the next run. One file per enforcer and tenant: events must never leave
 * with another tenant's credential.
 */
export function spoolFile(
  apiUrl: string,
  tenantId: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const state = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  const folder = env['THOTHCTL_CONFIG_DIR'] || join(state, 'thothctl');
  const owner = createHash('sha256')
    .update(JSON.stringify([apiUrl, tenantId]))
    .digest('hex')
    .slice(0, 16);
  return join(folder, 'spool', `events-${owner}.ndjson`);
}
