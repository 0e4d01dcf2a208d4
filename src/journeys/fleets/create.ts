import { usageError } from '../../errors/index.js';
import type { Result } from '../../output/index.js';
import { runBulk, strayFlags, type BulkPorts, type FromFile } from '../bulk/index.js';
import { fleetBody, fleetFlags, type FleetFlags } from './flags.js';
import { FLEET_ROWS } from './rows.js';

/** Creates the fleet that the flags describe, or every one of a file. */
export async function createFleets(
  name: string | undefined,
  flags: FleetFlags & FromFile,
  ports: BulkPorts,
): Promise<Result> {
  if (flags['from-file'] !== undefined) {
    strayFlags(flags, Object.keys(fleetFlags), name);
    return runBulk(FLEET_ROWS, flags['from-file'], flags, ports);
  }
  if (name === undefined) throw usageError('a fleet needs a name', 'give NAME, or a file with --from-file');
  const body = fleetBody(name, flags);
  const api = await ports.api();
  if (ports.dryRun) return { data: { dry_run: true, tenant_id: api.tenantId, would_create: body } };
  return { data: await api.call('createFleet', { body }, { signal: ports.signal }) };
}
