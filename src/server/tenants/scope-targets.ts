import type { ServerContext } from '../context.js';
import { textList } from './json-documents.js';
import { FLEETS } from './fleets/fleet-document.js';
import type { ScopeLevel } from './principal.js';
import { resourceStore } from './resources.js';

type Reader = Pick<ServerContext, 'store'>;

/** Whether a key can be limited to this target. Agents appear through telemetry, so any agent will do. */
export async function targetExists(
  context: Reader,
  tenantId: string,
  level: ScopeLevel,
  targetId: string,
): Promise<boolean> {
  if (level === 'fleet') return (await resourceStore(context, FLEETS).find(tenantId, targetId)) !== undefined;
  if (level === 'endpoint') return (await fleetOfEndpoint(context, tenantId, targetId)) !== undefined;
  return true;
}

/** Fleets a resource belongs to: an endpoint to one, an agent to those of the endpoints that list it. */
export async function fleetsOf(
  context: Reader,
  tenantId: string,
  level: ScopeLevel,
  id: string,
): Promise<ReadonlySet<string>> {
  if (level === 'endpoint') return new Set((await fleetOfEndpoint(context, tenantId, id)) ?? []);
  if (level !== 'agent') return new Set();
  const rows = await context.store.read
    .selectFrom('endpoints')
    .select(['fleet_id', 'agent_ids'])
    .where('tenant_id', '=', tenantId)
    .where('fleet_id', 'is not', null)
    .where('agent_ids', '!=', '[]')
    .execute();
  const hosting = rows.filter((row) => textList(JSON.parse(row.agent_ids)).includes(id));
  return new Set(hosting.flatMap((row) => row.fleet_id ?? []));
}

/** The fleet of an endpoint, in a list; empty without one, undefined for an endpoint nobody registered. */
async function fleetOfEndpoint(
  { store }: Reader,
  tenantId: string,
  endpointId: string,
): Promise<readonly string[] | undefined> {
  const row = await store.read
    .selectFrom('endpoints')
    .select('fleet_id')
    .where('tenant_id', '=', tenantId)
    .where('endpoint_id', '=', endpointId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return row.fleet_id === null ? [] : [row.fleet_id];
}
