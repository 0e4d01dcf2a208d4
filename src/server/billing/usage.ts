import { sql } from 'kysely';
import type { ServerContext } from '../context.js';
import { catchUp } from '../reports/read-models/catch-up.js';
import type { Month } from './months.js';

export interface Usage {
  /** Agents that had a call decided. */
  readonly identities: number;
  readonly checks: number;
  /** Bytes of evidence kept at the end of the month. */
  readonly storedBytes: number;
  readonly records: number;
}

/** What was recorded in a month. */
export async function monthUsage(
  context: Pick<ServerContext, 'store'>,
  tenantId: string,
  { from, to }: Month,
): Promise<Usage> {
  await catchUp(context, tenantId);
  const rows = context.store.read
    .selectFrom('call_stats')
    .where('tenant_id', '=', tenantId)
    .where('hour', '<', to);
  const [used, stored] = await Promise.all([
    rows
      .where('hour', '>=', from)
      .select([
        sql<number>`count(DISTINCT CASE WHEN calls > 0 AND agent_id != '' THEN agent_id END)`.as(
          'identities',
        ),
        sql<number>`coalesce(sum(calls), 0)`.as('checks'),
        sql<number>`coalesce(sum(records), 0)`.as('records'),
      ])
      .executeTakeFirstOrThrow(),
    rows.select(sql<number>`coalesce(sum(record_bytes), 0)`.as('bytes')).executeTakeFirstOrThrow(),
  ]);
  return { ...used, storedBytes: stored.bytes };
}

/** The month of the first decision; undefined before it. */
export async function firstActivity(context: Pick<ServerContext, 'store'>, tenantId: string) {
  await catchUp(context, tenantId);
  const row = await context.store.read
    .selectFrom('call_stats')
    .select(({ fn }) => fn.min<number | null>('first_seen').as('first'))
    .where('tenant_id', '=', tenantId)
    .where('calls', '>', 0)
    .executeTakeFirst();
  return row?.first ?? undefined;
}
