import { usageError } from '../../errors/index.js';
import type { Result } from '../../output/index.js';
import type { BulkPorts } from '../bulk/index.js';
import { fleetBody, type FleetFlags } from './flags.js';

/** Changes what is given. The contract wants the name with every change, so a fleet that keeps its name is read first. */
export async function updateFleet(
  fleetId: string,
  flags: FleetFlags & { readonly name?: string | undefined },
  { api, dryRun, signal }: Pick<BulkPorts, 'api' | 'dryRun' | 'signal'>,
): Promise<Result> {
  const { name: _name, ...rest } = fleetBody('', flags);
  if (flags.name === undefined && Object.values(rest).every((value) => value === undefined)) {
    throw usageError('there is nothing to change', 'give at least one of --name, --status, --rollout-pct, …');
  }
  const govapi = await api();
  const path = { fleetId };
  const name = flags.name ?? (await govapi.call('getFleet', { path }, { signal })).name;
  const body = { ...rest, name };
  if (dryRun)
    return { data: { dry_run: true, tenant_id: govapi.tenantId, fleet_id: fleetId, would_set: body } };
  return { data: await govapi.call('updateFleet', { path, body }, { signal }) };
}
