import type { Store } from '../store/port.js';
import { recordNumber } from './record-member.js';

/** Counters per agent over everything recorded, by agent id. */
export async function agentStats(store: Store, tenantId: string): Promise<object> {
  const rows = await store.read
    .selectFrom('evidence')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'decision')
    .where('agent_id', 'is not', null)
    .where('agent_id', '!=', '')
    .select(({ fn }) => [
      'agent_id',
      fn.count<number>('session_id').distinct().as('sessions'),
      fn.countAll<number>().as('calls'),
      fn.countAll<number>().filterWhere('decision', 'in', ['ALLOW', 'MODIFY']).as('allowed'),
      fn.countAll<number>().filterWhere('decision', '=', 'STEP_UP').as('stepped_up'),
      fn.countAll<number>().filterWhere('decision', '=', 'BLOCK').as('blocked'),
      fn.countAll<number>().filterWhere('decision', '=', 'DEFER').as('deferred'),
      fn.count<number>('violation_id').as('violations'),
      fn.avg<number | null>(recordNumber('risk_score')).as('avg_risk_score'),
      fn.max<number>('occurred_at').as('last_seen'),
    ])
    .groupBy('agent_id')
    .orderBy('agent_id')
    .execute();
  return {
    items: rows.map(({ last_seen: lastSeen, ...row }) => ({
      ...row,
      last_seen_at: new Date(lastSeen).toISOString(),
    })),
    total: rows.length,
  };
}
