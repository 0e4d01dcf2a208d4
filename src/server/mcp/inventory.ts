import type { McpInventoryDigest, McpInventoryReport, McpInventoryRow } from '../../contract/govapi/types.js';
import { judgeMcpCall, NO_MCP_CONTROL, vendorsOf, type McpControl } from '../../engine/mcp/control.js';
import type { ServerContext } from '../context.js';
import { instant } from '../tenants/json-documents.js';
import { mcpTraffic, type McpTraffic } from './calls.js';

const UNREGISTERED: { readonly hostname: string | null; readonly fleet_id: string | null } = {
  hostname: null,
  fleet_id: null,
};
const TOP_ENDPOINTS = 10;
const NAMED = 5;

/** MCP traffic of the window per endpoint, judged by the allow-list as it is now; worst endpoints first. */
export async function inventoryReport(
  context: ServerContext,
  tenantId: string,
  windowHours: number,
): Promise<McpInventoryReport> {
  const control = context.tenants.snapshot(tenantId)?.mcpControl ?? NO_MCP_CONTROL;
  const places = new Map<string, McpTraffic[]>();
  for (const traffic of await mcpTraffic(context, tenantId, windowHours)) {
    const place = placeOf(traffic);
    const known = places.get(place);
    if (known === undefined) places.set(place, [traffic]);
    else known.push(traffic);
  }
  const registered = await registeredEndpoints(context, tenantId);
  const data = [...places].map(([endpointId, traffic]) => ({
    ...inventoryRow(endpointId, traffic, control),
    ...(registered.get(endpointId) ?? UNREGISTERED),
  }));
  data.sort((a, b) => b.unapproved_calls - a.unapproved_calls || (a.endpoint_id < b.endpoint_id ? -1 : 1));
  return { data, total: data.length, window_hours: windowHours, generated_at: instant(context.clock.now()) };
}

export function inventoryDigest(report: McpInventoryReport): McpInventoryDigest {
  const unapproved = report.data.filter((row) => row.unapproved_calls > 0);
  return {
    window_hours: report.window_hours,
    total_endpoints: report.total,
    unapproved_endpoints: unapproved.length,
    unapproved_calls: unapproved.reduce((sum, row) => sum + row.unapproved_calls, 0),
    top_unapproved_endpoints: unapproved.slice(0, TOP_ENDPOINTS),
    recommended_actions: recommendations(unapproved),
    ...(report.generated_at !== undefined && { generated_at: report.generated_at }),
  };
}

/** Names of the endpoints that called, where they are registered. */
async function registeredEndpoints(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
): Promise<ReadonlyMap<string, typeof UNREGISTERED>> {
  const rows = await store.read
    .selectFrom('endpoints')
    .select(['endpoint_id', 'hostname', 'fleet_id'])
    .where('tenant_id', '=', tenantId)
    .where('endpoint_id', 'in', (calls) =>
      calls.selectFrom('mcp_calls').select('endpoint_id').where('tenant_id', '=', tenantId),
    )
    .execute();
  return new Map(rows.map(({ endpoint_id, ...named }) => [endpoint_id, named]));
}

/** Calls without an endpoint are still somebody's: they stand under their agent, so that nothing is left out. */
function placeOf({ endpointId, agentId }: McpTraffic): string {
  return endpointId === '' ? `agent:${agentId}` : endpointId;
}

function inventoryRow(
  endpointId: string,
  traffic: readonly McpTraffic[],
  control: McpControl,
): McpInventoryRow {
  const refused = traffic.filter(({ host, toolName }) => judgeMcpCall(control, host, toolName) !== undefined);
  const hosts = distinct(traffic.map(({ host }) => host));
  const total = callsOf(traffic);
  const unapproved = callsOf(refused);
  return {
    endpoint_id: endpointId,
    unapproved_calls: unapproved,
    approved_calls: total - unapproved,
    total_calls: total,
    hosts,
    unapproved_hosts: distinct(refused.map(({ host }) => host)),
    vendors: distinct(hosts.flatMap((host) => vendorsOf(control, host).map((vendor) => vendor.id))),
    last_seen_at: instant(Math.max(...traffic.map(({ lastSeenAt }) => lastSeenAt))),
  };
}

function recommendations(unapproved: readonly McpInventoryRow[]): string[] {
  const hosts = distinct(unapproved.flatMap((row) => row.unapproved_hosts ?? []));
  const actions: string[] = [];
  if (hosts.length > 0) {
    actions.push(`Approve a vendor for, or block, ${named(hosts, 'hosts')}.`);
    actions.push(
      `Look into ${named(
        unapproved.map((row) => row.endpoint_id),
        'endpoints',
      )}.`,
    );
  }
  return actions;
}

function named(names: readonly string[], what: string): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more ${what}` : '');
}

function callsOf(traffic: readonly McpTraffic[]): number {
  return traffic.reduce((sum, { calls }) => sum + calls, 0);
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
