import type { ServerContext } from '../context.js';

const DAY_MS = 86_400_000;
/** Behavioural events live ninety days, as their senders ask; evidence does not expire with them. */
const EVENT_DAYS = 90;
/** Rows per unit, so that a sweep never holds up decisions. */
const BATCH = 1000;

/** Removes policy inputs and events past their time. Evidence stays: its digest tells what the input was. */
export async function removeExpired(context: ServerContext): Promise<void> {
  const now = context.clock.now();
  await removeInputs(context, now - context.options.policyInputRetentionDays * DAY_MS);
  await removeEvents(context, now - EVENT_DAYS * DAY_MS);
}

async function removeInputs(context: ServerContext, before: number): Promise<void> {
  for (;;) {
    const old = await context.store.read
      .selectFrom('policy_inputs')
      .select(['tenant_id', 'chain_index'])
      .where('recorded_at', '<', before)
      .orderBy('recorded_at')
      .limit(BATCH)
      .execute();
    for (const [tenantId, rows] of byTenant(old)) {
      const statement = context.store.build
        .deleteFrom('policy_inputs')
        .where('tenant_id', '=', tenantId)
        .where(
          'chain_index',
          'in',
          rows.map((row) => row.chain_index),
        )
        .compile();
      await context.store.commit({ tenantId, statements: [statement], evidence: [] });
    }
    if (old.length < BATCH) return;
  }
}

async function removeEvents(context: ServerContext, before: number): Promise<void> {
  for (;;) {
    const old = await context.store.read
      .selectFrom('events')
      .select(['tenant_id', 'event_id'])
      .where('ingested_at', '<', before)
      .orderBy('ingested_at')
      .limit(BATCH)
      .execute();
    for (const [tenantId, rows] of byTenant(old)) {
      const statement = context.store.build
        .deleteFrom('events')
        .where('tenant_id', '=', tenantId)
        .where(
          'event_id',
          'in',
          rows.map((row) => row.event_id),
        )
        .compile();
      await context.store.commit({ tenantId, statements: [statement], evidence: [] });
    }
    if (old.length < BATCH) return;
  }
}

function byTenant<R extends { readonly tenant_id: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.tenant_id);
    if (group === undefined) groups.set(row.tenant_id, [row]);
    else group.push(row);
  }
  return groups;
}
