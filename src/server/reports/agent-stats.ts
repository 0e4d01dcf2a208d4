import { sql } from 'kysely';
import type { ServerContext } from '../context.js';
import { catchUp } from './read-models/catch-up.js';

/** Counters per agent over everything recorded, by agent id. */
export async function agentStats(context: Pick<ServerContext, 'store'>, tenantId: string): Promise<object> {
  await catchUp(context, tenantId);
  const { read } = context.store;
  const [rows, sessions] = await Promise.all([
    read
      .selectFrom('call_stats')
      .where('tenant_id', '=', tenantId)
      .where('calls', '>', 0)
      .where('agent_id', '!=', '')
      .select(({ fn }) => [
        'agent_id',
        fn.sum<number>('calls').as('calls'),
        fn.sum<number>('allowed').as('allowed'),
        fn.sum<number>('stepped_up').as('stepped_up'),
        fn.sum<number>('blocked').as('blocked'),
        fn.sum<number>('deferred').as('deferred'),
        fn.sum<number>('violations').as('violations'),
        meanRisk.as('avg_risk_score'),
        fn.max<number>('last_seen').as('last_seen'),
      ])
      .groupBy('agent_id')
      .orderBy('agent_id')
      .execute(),
    read
      .selectFrom('session_stats')
      .select(({ fn }) => ['agent_id', fn.countAll<number>().as('sessions')])
      .where('tenant_id', '=', tenantId)
      .groupBy('agent_id')
      .execute(),
  ]);
  const sessionsOf = new Map(sessions.map((row) => [row.agent_id, row.sessions]));
  return {
    items: rows.map(({ last_seen: lastSeen, ...row }) => ({
      ...row,
      sessions: sessionsOf.get(row.agent_id) ?? 0,
      last_seen_at: new Date(lastSeen).toISOString(),
    })),
    total: rows.length,
  };
}

/** Mean risk score of the calls of a group. */
export const meanRisk = sql<
  number | null
>`sum(${sql.ref('risk_total')}) / nullif(sum(${sql.ref('calls')}), 0)`;
