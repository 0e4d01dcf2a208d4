import { overrideKey, type Override } from '../../../engine/exceptions/override.js';
import type { Store } from '../../store/port.js';
import { overrideOf } from './exception-row.js';

/** Overrides that were not revoked. Whether one has expired is asked at each call, so that it ends without a reload. */
export async function readOverrides(
  store: Store,
  tenantId: string,
): Promise<ReadonlyMap<string, readonly Override[]>> {
  const rows = await store.read
    .selectFrom('policy_exceptions')
    .select(['request_id', 'agent_id', 'tool_name', 'override'])
    .where('tenant_id', '=', tenantId)
    .where('override', 'is not', null)
    .where('override_revoked_at', 'is', null)
    .orderBy('request_id')
    .execute();
  const overrides = new Map<string, Override[]>();
  for (const row of rows) {
    const override = overrideOf(row);
    if (override === undefined || row.agent_id === null || row.tool_name === null) continue;
    const key = overrideKey(row.agent_id, row.tool_name);
    overrides.set(key, [...(overrides.get(key) ?? []), override]);
  }
  return overrides;
}
