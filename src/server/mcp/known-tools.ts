import { bareTool } from '../../engine/tool-name.js';
import type { TenantSnapshot } from '../../engine/types.js';
import type { ServerContext } from '../context.js';
import { catchUp } from '../reports/read-models/catch-up.js';

/** A tool the tenant knows, and the MCP server it was last called at, if at one. */
export interface KnownTool {
  readonly name: string;
  readonly host: string | undefined;
}

/** The tool catalogue: what policies, scopes, settings and vendors name, and what has been called. By name. */
export async function knownTools(
  context: Pick<ServerContext, 'store' | 'clock'>,
  snapshot: TenantSnapshot,
): Promise<KnownTool[]> {
  const { store } = context;
  const { tenantId, mcpControl } = snapshot;
  await catchUp(context, tenantId);
  const [called, atServers] = await Promise.all([
    store.read
      .selectFrom('call_stats')
      .select('tool_name')
      .distinct()
      .where('tenant_id', '=', tenantId)
      .where('calls', '>', 0)
      .execute(),
    store.read
      .selectFrom('mcp_calls')
      .select(({ fn }) => ['tool_name', 'host', fn.max<number>('occurred_at').as('last_seen')])
      .where('tenant_id', '=', tenantId)
      .groupBy(['tool_name', 'host'])
      .orderBy('last_seen')
      .execute(),
  ]);
  const hosts = new Map(atServers.map((row) => [row.tool_name, row.host]));
  const names = [
    ...called.map((row) => row.tool_name),
    ...hosts.keys(),
    ...[...snapshot.agentScopes.values()].flat(),
    ...[...snapshot.intents.values()].flat(),
    ...Object.keys(snapshot.toolRiskOverrides),
    ...mcpControl.vendors.flatMap((vendor) => [...(vendor.allowedTools ?? []), ...vendor.blockedTools]),
  ];
  return [...new Set(names.map(bareTool))]
    .filter((name) => name.trim() !== '')
    .sort()
    .map((name) => ({ name, host: hosts.get(name) }));
}
