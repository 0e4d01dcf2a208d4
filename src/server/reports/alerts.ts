import type { Store } from '../store/port.js';
import { alertsOf } from './alert-rules.js';
import { newestViolations } from './violations.js';

/** Violations alerts are computed from: the newest ones. */
const LOOK_BACK = 5000;

export async function alertList(store: Store, tenantId: string, limit: number): Promise<object> {
  const [records, judged] = await Promise.all([
    newestViolations(store, tenantId, LOOK_BACK),
    store.read
      .selectFrom('approvals')
      .select('violation_id')
      .where('tenant_id', '=', tenantId)
      .where('status', '!=', 'pending')
      .where('violation_id', 'is not', null)
      .execute(),
  ]);
  const resolved = new Set(judged.flatMap((row) => (row.violation_id === null ? [] : [row.violation_id])));
  const alerts = alertsOf(records, resolved);
  return { items: alerts.slice(0, limit), total: alerts.length };
}
