import type { PackBulkApplyRequest } from '../../../contract/govapi/types.js';
import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import { FLEETS } from '../fleets/fleet-document.js';
import { textList } from '../json-documents.js';
import { resourceStore } from '../resources.js';

type Reader = Pick<ServerContext, 'store'>;

/**
 * Agents a bulk request means, sorted: the union of its selectors. Fleets and endpoints stand for the agents reported on
 * them. Throws 400 for a fleet or endpoint there is not.
 */
export async function targetAgents(
  context: Reader,
  tenantId: string,
  body: PackBulkApplyRequest,
): Promise<readonly string[]> {
  const agents = new Set(body.agent_ids ?? []);
  const fleets = new Set(body.fleet_ids ?? []);
  const endpoints = new Set(body.endpoint_ids ?? []);
  for (const id of fleets) {
    if ((await resourceStore(context, FLEETS).find(tenantId, id)) === undefined) throw unknown('fleet', id);
  }
  const rows = await endpointRows(context, tenantId);
  for (const id of endpoints) {
    if (!rows.some((row) => row.endpoint_id === id)) throw unknown('endpoint', id);
  }
  for (const row of rows) {
    const meant =
      body.all_agents === true ||
      endpoints.has(row.endpoint_id) ||
      (row.fleet_id !== null && fleets.has(row.fleet_id));
    if (meant) for (const agent of textList(JSON.parse(row.agent_ids))) agents.add(agent);
  }
  if (body.all_agents === true) for (const id of await knownAgents(context, tenantId)) agents.add(id);
  return [...agents].sort();
}

function endpointRows({ store }: Reader, tenantId: string) {
  return store.read
    .selectFrom('endpoints')
    .select(['endpoint_id', 'fleet_id', 'agent_ids'])
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** Every agent with a scope, an assignment, a decision or an event. */
async function knownAgents({ store }: Reader, tenantId: string): Promise<readonly string[]> {
  const of = (table: 'agents' | 'pack_assignments' | 'evidence' | 'events') =>
    store.read
      .selectFrom(table)
      .select('agent_id')
      .distinct()
      .where('tenant_id', '=', tenantId)
      .where('agent_id', 'is not', null)
      .execute();
  const found = await Promise.all([of('agents'), of('pack_assignments'), of('evidence'), of('events')]);
  return found.flat().flatMap(({ agent_id: id }) => (id === null || id === '' ? [] : [id]));
}

function unknown(kind: 'fleet' | 'endpoint', id: string): HttpError {
  return new HttpError(400, 'scope_target_not_found', `${kind} ${id} does not exist`, { [`${kind}_id`]: id });
}
