import type { ServerContext } from '../context.js';

const DAY_MS = 86_400_000;
/** Behavioural events live ninety days, as their senders ask; evidence does not expire with them. */
const EVENT_DAYS = 90;
/** The longest window of the MCP inventory. */
const MCP_CALL_HOURS = 4320;
const HOUR_MS = 3_600_000;
/** Rows per unit, so that a sweep never holds up decisions. */
const BATCH = 1000;

/** Removes policy inputs and events past their time. Evidence stays: its digest tells what the input was. */
export async function removeExpired(context: ServerContext): Promise<void> {
  const now = context.clock.now();
  await removeInputs(context, now - context.options.policyInputRetentionDays * DAY_MS);
  await removeEvents(context, now - EVENT_DAYS * DAY_MS);
  await removeMcpCalls(context, now - MCP_CALL_HOURS * HOUR_MS);
}

/**
 * A chain grows with time, so its oldest inputs stand first: walking it in order needs no index by age, which every
 * decision would have to maintain.
 */
async function removeInputs(context: ServerContext, before: number): Promise<void> {
  const { read, build } = context.store;
  for (const { tenant_id } of await read.selectFrom('tenants').select('tenant_id').execute()) {
    for (let seen = 0; ;) {
      const rows = await read
        .selectFrom('policy_inputs')
        .select(['chain_index', 'recorded_at'])
        .where('tenant_id', '=', tenant_id)
        .where('chain_index', '>', seen)
        .orderBy('chain_index')
        .limit(BATCH)
        .execute();
      const last = rows.findLast((row) => row.recorded_at < before);
      if (last === undefined) break;
      const statement = build
        .deleteFrom('policy_inputs')
        .where('tenant_id', '=', tenant_id)
        .where('chain_index', '>', seen)
        .where('chain_index', '<=', last.chain_index)
        .where('recorded_at', '<', before)
        .compile();
      await context.store.commit({ tenantId: tenant_id, statements: [statement], evidence: [] });
      seen = last.chain_index;
    }
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

async function removeMcpCalls(context: ServerContext, before: number): Promise<void> {
  for (;;) {
    const old = await context.store.read
      .selectFrom('mcp_calls')
      .select(['tenant_id', 'source', 'source_id'])
      .where('occurred_at', '<', before)
      .orderBy('occurred_at')
      .limit(BATCH)
      .execute();
    for (const [tenantId, rows] of byTenant(old)) {
      const statements = [...new Set(rows.map((row) => row.source))].map((source) =>
        context.store.build
          .deleteFrom('mcp_calls')
          .where('tenant_id', '=', tenantId)
          .where('source', '=', source)
          .where(
            'source_id',
            'in',
            rows.filter((row) => row.source === source).map((row) => row.source_id),
          )
          .compile(),
      );
      await context.store.commit({ tenantId, statements, evidence: [] });
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
