import type { Selectable } from 'kysely';
import type { EvidenceRecord } from '../../evidence/types.js';
import type { ServerContext } from '../context.js';
import type { Store } from '../store/port.js';
import type { Database } from '../store/schema.js';
import { textList } from '../tenants/json-documents.js';
import { burstAlert, severeAlert } from './alert-row.js';
import { catchUp } from './read-models/catch-up.js';
import { recordsAt } from './records-at.js';

type AlertKey = Selectable<Database['alerts']>;

/**
 * Alerts that follow from recorded violations, newest first: one for each of high or critical tier, and one for each
 * burst. Ids derive from the violations, so that the same history always gives the same alerts.
 */
export async function alertList(
  context: Pick<ServerContext, 'store'>,
  tenantId: string,
  limit: number,
): Promise<object> {
  await catchUp(context, tenantId);
  const ofTenant = context.store.read.selectFrom('alerts').where('tenant_id', '=', tenantId);
  const [keys, counted] = await Promise.all([
    ofTenant.selectAll().orderBy('chain_index', 'desc').orderBy('kind').limit(limit).execute(),
    ofTenant.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst(),
  ]);
  const records = await recordsAt(
    context.store,
    tenantId,
    keys.map((key) => key.chain_index),
  );
  const resolved = await resolvedViolations(context.store, tenantId, keys);
  return {
    items: keys.flatMap((key) => {
      const record = records.get(key.chain_index);
      return record === undefined ? [] : [alertOf(key, record, resolved)];
    }),
    total: counted?.total ?? 0,
  };
}

function alertOf(key: AlertKey, record: EvidenceRecord, resolved: ReadonlySet<string>): object {
  if (key.kind === 'burst') return burstAlert(record, textList(JSON.parse(key.violation_ids)));
  return severeAlert(record, resolved.has(key.violation_ids));
}

/** Those of the violations whose hold somebody judged. */
async function resolvedViolations(
  { read }: Store,
  tenantId: string,
  keys: readonly AlertKey[],
): Promise<ReadonlySet<string>> {
  const oldest = keys.at(-1)?.chain_index;
  if (oldest === undefined) return new Set();
  const rows = await read
    .selectFrom('approvals')
    .select('violation_id')
    .where('tenant_id', '=', tenantId)
    .where('status', '!=', 'pending')
    .where('chain_index', '>=', oldest)
    .execute();
  return new Set(rows.flatMap((row) => (row.violation_id === null ? [] : [row.violation_id])));
}
