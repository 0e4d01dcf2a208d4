import type { ServerContext } from '../context.js';
import { wholeNumber } from './query-values.js';
import { recordNumber } from './record-member.js';
import { storedRecord, textMember } from './stored-record.js';

const DEFAULT_HOURS = 168;
const MAX_HOURS = 4320;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const HOUR_MS = 3_600_000;

/** Calls and outcomes per tool within a window, busiest first. */
export async function toolStats(
  context: ServerContext,
  tenantId: string,
  query: Readonly<Record<string, string>>,
): Promise<object> {
  const windowHours = wholeNumber(query, 'window_hours', { min: 1, max: MAX_HOURS }) ?? DEFAULT_HOURS;
  const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
  const decisions = context.store.read
    .selectFrom('evidence')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'decision')
    .where('tool_name', 'is not', null)
    .where('occurred_at', '>=', context.clock.now() - windowHours * HOUR_MS);
  const tools = await decisions
    .select(({ fn }) => [
      'tool_name',
      fn.countAll<number>().as('calls'),
      fn.countAll<number>().filterWhere('decision', 'in', ['ALLOW', 'MODIFY']).as('allowed'),
      fn.countAll<number>().filterWhere('decision', '=', 'STEP_UP').as('stepped_up'),
      fn.countAll<number>().filterWhere('decision', '=', 'BLOCK').as('blocked'),
      fn.countAll<number>().filterWhere('decision', '=', 'DEFER').as('deferred'),
      fn.avg<number | null>(recordNumber('risk_score')).as('avg_risk_score'),
      fn.max<number>('occurred_at').as('last_seen'),
      fn.max<number>('chain_index').as('last_index'),
    ])
    .groupBy('tool_name')
    .orderBy('calls', 'desc')
    .orderBy('tool_name')
    .execute();
  const shown = tools.slice(0, limit);
  const agents = await agentsByTool(decisions.select(['tool_name', 'agent_id']).distinct().execute());
  const tiers = await tierByIndex(
    context,
    tenantId,
    shown.map((tool) => tool.last_index),
  );
  return {
    data: shown.map(({ last_seen: lastSeen, last_index: lastIndex, ...tool }) => ({
      ...tool,
      agents: agents.get(tool.tool_name ?? '') ?? [],
      last_seen_at: new Date(lastSeen).toISOString(),
      risk_tier: tiers.get(lastIndex) ?? null,
    })),
    total: tools.length,
    window_hours: windowHours,
    limit,
  };
}

async function agentsByTool(
  pairs: Promise<readonly { readonly tool_name: string | null; readonly agent_id: string | null }[]>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const agents = new Map<string, string[]>();
  for (const { tool_name: tool, agent_id: agent } of await pairs) {
    if (tool === null || agent === null || agent === '') continue;
    const known = agents.get(tool);
    if (known === undefined) agents.set(tool, [agent]);
    else known.push(agent);
  }
  for (const list of agents.values()) list.sort();
  return agents;
}

/** The tier a tool had in its newest decision: an average of words means nothing. */
async function tierByIndex(
  context: ServerContext,
  tenantId: string,
  indices: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (indices.length === 0) return new Map();
  const rows = await context.store.read
    .selectFrom('evidence')
    .select(['chain_index', 'record'])
    .where('tenant_id', '=', tenantId)
    .where('chain_index', 'in', indices)
    .execute();
  const tiers = new Map<number, string>();
  for (const row of rows) {
    const tier = textMember(storedRecord(row.record), 'risk_tier');
    if (tier !== undefined) tiers.set(row.chain_index, tier);
  }
  return tiers;
}
