import type { ServerContext } from '../context.js';

export const DEFAULT_WINDOW_HOURS = 168;
export const MAX_WINDOW_HOURS = 4320;
const HOUR_MS = 3_600_000;

/** Calls of one tool at one host from one place, within a window. */
export interface McpTraffic {
  readonly endpointId: string;
  readonly agentId: string;
  readonly host: string;
  readonly toolName: string;
  readonly calls: number;
  /** Milliseconds since the epoch. */
  readonly lastSeenAt: number;
}

/** Newest recorded call per host of the tenant. */
export async function hostsSeen(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await store.read
    .selectFrom('mcp_calls')
    .select(({ fn }) => ['host', fn.max<number>('occurred_at').as('last_seen')])
    .where('tenant_id', '=', tenantId)
    .groupBy('host')
    .execute();
  return new Map(rows.map((row) => [row.host, row.last_seen]));
}

/**
 * The traffic of the window. Most senders report a governed call as an event too: of each session and tool the larger of
 * the two counts holds, so that a call seen twice counts once and one that was only reported is not lost.
 */
export async function mcpTraffic(
  { store, clock }: Pick<ServerContext, 'store' | 'clock'>,
  tenantId: string,
  windowHours: number,
): Promise<McpTraffic[]> {
  const rows = await store.read
    .selectFrom('mcp_calls')
    .select(({ fn }) => [
      'agent_id',
      'session_id',
      'host',
      'tool_name',
      fn.max<string>('endpoint_id').as('endpoint_id'),
      fn.countAll<number>().filterWhere('source', '=', 'decision').as('decided'),
      fn.countAll<number>().filterWhere('source', '=', 'event').as('reported'),
      fn.max<number>('occurred_at').as('last_seen'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('occurred_at', '>=', clock.now() - windowHours * HOUR_MS)
    .groupBy(['agent_id', 'session_id', 'host', 'tool_name'])
    .execute();
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    agentId: row.agent_id,
    host: row.host,
    toolName: row.tool_name,
    calls: Math.max(row.decided, row.reported),
    lastSeenAt: row.last_seen,
  }));
}
