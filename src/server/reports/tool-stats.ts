import type { ServerContext } from '../context.js';
import { meanRisk } from './agent-stats.js';
import { wholeNumber } from './query-values.js';
import { catchUp } from './read-models/catch-up.js';
import { recordsAt } from './records-at.js';
import { textMember } from './stored-record.js';

const DEFAULT_HOURS = 168;
const MAX_HOURS = 4320;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const HOUR_MS = 3_600_000;

/** Calls and outcomes per tool, busiest first. The window begins at a full hour. */
export async function toolStats(
  context: Pick<ServerContext, 'store' | 'clock'>,
  tenantId: string,
  query: Readonly<Record<string, string>>,
): Promise<object> {
  const windowHours = wholeNumber(query, 'window_hours', { min: 1, max: MAX_HOURS }) ?? DEFAULT_HOURS;
  const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
  await catchUp(context, tenantId);
  const start = context.clock.now() - windowHours * HOUR_MS;
  const calls = context.store.read
    .selectFrom('call_stats')
    .where('tenant_id', '=', tenantId)
    .where('hour', '>=', start - (start % HOUR_MS))
    .where('calls', '>', 0)
    .where('tool_name', '!=', '');
  const tools = await calls
    .select(({ fn }) => [
      'tool_name',
      fn.sum<number>('calls').as('calls'),
      fn.sum<number>('allowed').as('allowed'),
      fn.sum<number>('stepped_up').as('stepped_up'),
      fn.sum<number>('blocked').as('blocked'),
      fn.sum<number>('deferred').as('deferred'),
      meanRisk.as('avg_risk_score'),
      fn.max<number>('last_seen').as('last_seen'),
      fn.max<number>('last_index').as('last_index'),
    ])
    .groupBy('tool_name')
    .orderBy('calls', 'desc')
    .orderBy('tool_name')
    .execute();
  const shown = tools.slice(0, limit);
  const agents = await agentsByTool(calls.select(['tool_name', 'agent_id']).distinct().execute());
  const tiers = await tierByIndex(
    context,
    tenantId,
    shown.map((tool) => tool.last_index),
  );
  return {
    data: shown.map(({ last_seen: lastSeen, last_index: lastIndex, ...tool }) => ({
      ...tool,
      agents: agents.get(tool.tool_name) ?? [],
      last_seen_at: new Date(lastSeen).toISOString(),
      risk_tier: tiers.get(lastIndex) ?? null,
    })),
    total: tools.length,
    window_hours: windowHours,
    limit,
  };
}

async function agentsByTool(
  pairs: Promise<readonly { readonly tool_name: string; readonly agent_id: string }[]>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const agents = new Map<string, string[]>();
  for (const { tool_name: tool, agent_id: agent } of await pairs) {
    if (agent === '') continue;
    const known = agents.get(tool);
    if (known === undefined) agents.set(tool, [agent]);
    else known.push(agent);
  }
  for (const list of agents.values()) list.sort();
  return agents;
}

/** The tier a tool had in its newest decision: an average of words means nothing. */
async function tierByIndex(
  context: Pick<ServerContext, 'store'>,
  tenantId: string,
  indices: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const tiers = new Map<number, string>();
  for (const [index, record] of await recordsAt(context.store, tenantId, indices)) {
    const tier = textMember(record, 'risk_tier');
    if (tier !== undefined) tiers.set(index, tier);
  }
  return tiers;
}
