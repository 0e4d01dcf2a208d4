import type { ServerContext } from '../context.js';

const DAY_MS = 86_400_000;
/** What arrived is of interest for a while; what did not can be redelivered longer. */
const KEPT_DAYS: Readonly<Record<string, number>> = { delivered: 7, dead: 30, cancelled: 30 };
/** Far beyond the age at which a callback is stale anyway. */
const CALLBACK_DAYS = 1;
/** Rows per unit, so that a sweep never holds up decisions. */
const BATCH = 1000;

/** Removes finished deliveries and seen callbacks past their time. The evidence they came from stays. */
export async function removeOldDeliveries({
  store,
  clock,
}: Pick<ServerContext, 'store' | 'clock'>): Promise<void> {
  const now = clock.now();
  for (const [status, days] of Object.entries(KEPT_DAYS)) {
    for (;;) {
      const old = await store.read
        .selectFrom('deliveries')
        .select(['tenant_id', 'delivery_id'])
        .where('status', '=', status)
        .where('updated_at', '<', now - days * DAY_MS)
        .limit(BATCH)
        .execute();
      for (const tenantId of new Set(old.map((row) => row.tenant_id))) {
        const ids = old.filter((row) => row.tenant_id === tenantId).map((row) => row.delivery_id);
        const statement = store.build
          .deleteFrom('deliveries')
          .where('tenant_id', '=', tenantId)
          .where('delivery_id', 'in', ids)
          // Redelivered since it was read.
          .where('status', '=', status)
          .compile();
        await store.commit({ tenantId, evidence: [], statements: [statement] });
      }
      if (old.length < BATCH) break;
    }
  }
  const callers = await store.read
    .selectFrom('pam_callbacks')
    .select('tenant_id')
    .distinct()
    .where('received_at', '<', now - CALLBACK_DAYS * DAY_MS)
    .execute();
  for (const { tenant_id: tenantId } of callers) {
    const statement = store.build
      .deleteFrom('pam_callbacks')
      .where('tenant_id', '=', tenantId)
      .where('received_at', '<', now - CALLBACK_DAYS * DAY_MS)
      .compile();
    await store.commit({ tenantId, evidence: [], statements: [statement] });
  }
}
