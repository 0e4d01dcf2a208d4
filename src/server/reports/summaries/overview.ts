import { sql } from 'kysely';
import type { ServerContext } from '../../context.js';
import { catchUp } from '../read-models/catch-up.js';

type Context = Pick<ServerContext, 'store' | 'clock'>;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const TOP = 10;

/** Totals of a window that begins at a full hour; what was recorded since then, of every kind. */
export async function reportsOverview(context: Context, tenantId: string, days: number) {
  const now = context.clock.now();
  const totals = await windowTotals(context, tenantId, now - days * DAY_MS, now + 1);
  return { window_days: days, generated_at: new Date(now).toISOString(), ...totals };
}

/** Counters of a time span; its ends are taken at full hours. */
export async function windowTotals(context: Context, tenantId: string, from: number, to: number) {
  await catchUp(context, tenantId);
  const { read } = context.store;
  const start = from - (from % HOUR_MS);
  const calls = read
    .selectFrom('call_stats')
    .where('tenant_id', '=', tenantId)
    .where('hour', '>=', start)
    .where('hour', '<', to)
    .where('calls', '>', 0);
  const sum = (
    column: 'calls' | 'allowed' | 'stepped_up' | 'blocked' | 'deferred' | 'violations' | 'severe',
  ) => sql<number>`coalesce(sum(${sql.ref(column)}), 0)`.as(column);
  const [totals, sessions, events, approvals, agents, tools, policies] = await Promise.all([
    calls
      .select(({ fn }) => [
        sum('calls'),
        sum('allowed'),
        sum('stepped_up'),
        sum('blocked'),
        sum('deferred'),
        sum('violations'),
        sum('severe'),
        fn.count<number>('agent_id').distinct().as('agents'),
        fn.count<number>('tool_name').distinct().as('tools'),
      ])
      .executeTakeFirstOrThrow(),
    read
      .selectFrom('session_stats')
      .select(({ fn }) => fn.count<number>('session_id').distinct().as('count'))
      .where('tenant_id', '=', tenantId)
      .where('last_seen', '>=', start)
      .where('first_seen', '<', to)
      .executeTakeFirst(),
    read
      .selectFrom('events')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenant_id', '=', tenantId)
      .where('ingested_at', '>=', start)
      .where('ingested_at', '<', to)
      .executeTakeFirst(),
    read
      .selectFrom('approvals')
      .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
      .where('tenant_id', '=', tenantId)
      .where('created_at', '>=', start)
      .where('created_at', '<', to)
      .groupBy('status')
      .orderBy('status')
      .execute(),
    calls
      .select(({ fn }) => [
        'agent_id',
        fn.sum<number>('calls').as('calls'),
        fn.sum<number>('violations').as('violations'),
      ])
      .groupBy('agent_id')
      .orderBy('violations', 'desc')
      .orderBy('agent_id')
      .limit(TOP)
      .execute(),
    calls
      .select(({ fn }) => [
        'tool_name',
        fn.sum<number>('calls').as('calls'),
        fn.sum<number>('violations').as('violations'),
      ])
      .groupBy('tool_name')
      .orderBy('violations', 'desc')
      .orderBy('tool_name')
      .limit(TOP)
      .execute(),
    read
      .selectFrom('policy_bundles')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenant_id', '=', tenantId)
      .where('created_at', '>=', start)
      .where('created_at', '<', to)
      .executeTakeFirst(),
  ]);
  return {
    totals: {
      ...totals,
      sessions: sessions?.count ?? 0,
      events: events?.count ?? 0,
      policy_versions: policies?.count ?? 0,
      approvals: Object.fromEntries(approvals.map((row) => [row.status, row.count])),
    },
    top_agents: agents,
    top_tools: tools,
  };
}
