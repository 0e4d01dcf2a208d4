import type { EvidenceRecord } from '../../evidence/types.js';
import { HttpError } from '../http/port.js';
import type { Store } from '../store/port.js';
import { storedRecord } from './stored-record.js';
import { violationRow } from './violation-row.js';

/** Violations, newest first, with the number of all of them. */
export async function violationList(store: Store, tenantId: string, limit: number): Promise<object> {
  const [records, total] = await Promise.all([
    newestViolations(store, tenantId, limit),
    store.read
      .selectFrom('evidence')
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .where('tenant_id', '=', tenantId)
      .where('violation_id', 'is not', null)
      .executeTakeFirst(),
  ]);
  return { items: records.map(violationRow), total: total?.total ?? 0, limit };
}

async function newestViolations(
  store: Store,
  tenantId: string,
  limit: number,
): Promise<readonly EvidenceRecord[]> {
  const rows = await store.read
    .selectFrom('evidence')
    .select('record')
    .where('tenant_id', '=', tenantId)
    .where('violation_id', 'is not', null)
    .orderBy('chain_index', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => storedRecord(row.record));
}

/** One violation by its id; the event id of the decision is accepted too. */
export async function findViolation(
  store: Store,
  tenantId: string,
  id: string,
): Promise<EvidenceRecord | undefined> {
  const byViolation = store.read
    .selectFrom('evidence')
    .select('record')
    .where('tenant_id', '=', tenantId)
    .where('violation_id', '=', id)
    .executeTakeFirst();
  // The event id of a decision is the tenant's prefix and the evidence id.
  const prefix = `${tenantId}:`;
  const byEvidence = store.read
    .selectFrom('evidence')
    .select('record')
    .where('tenant_id', '=', tenantId)
    .where('evidence_id', '=', id.startsWith(prefix) ? id.slice(prefix.length) : id)
    .where('violation_id', 'is not', null)
    .executeTakeFirst();
  const row = (await byViolation) ?? (await byEvidence);
  return row === undefined ? undefined : storedRecord(row.record);
}

export async function violation(store: Store, tenantId: string, id: string): Promise<object> {
  const record = await findViolation(store, tenantId, id);
  if (record === undefined) throw new HttpError(404, 'not_found', `there is no violation ${id}`);
  return violationRow(record);
}
