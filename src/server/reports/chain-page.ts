import type { EvidenceRecord } from '../../evidence/types.js';
import type { Store } from '../store/port.js';
import { storedRecord, textMember } from './stored-record.js';

/** Highest index of a tenant's chain; 0 while it is empty. */
export async function chainHead(store: Store, tenantId: string): Promise<number> {
  const head = await store.read
    .selectFrom('chain_heads')
    .select('chain_index')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return head?.chain_index ?? 0;
}

/** Up to `limit` records after an index, ascending. */
export async function recordsAfter(
  store: Store,
  tenantId: string,
  after: number,
  limit: number,
): Promise<readonly EvidenceRecord[]> {
  const rows = await store.read
    .selectFrom('evidence')
    .select('record')
    .where('tenant_id', '=', tenantId)
    .where('chain_index', '>', after)
    .orderBy('chain_index')
    .limit(limit)
    .execute();
  return rows.map((row) => storedRecord(row.record));
}

/** A slice of the chain in the contract's envelope. */
export async function chainPage(
  store: Store,
  tenantId: string,
  after: number,
  limit: number,
): Promise<object> {
  const [head, records] = await Promise.all([
    chainHead(store, tenantId),
    recordsAfter(store, tenantId, after, limit),
  ]);
  const last = records.at(-1)?.chain_index ?? null;
  const newest = records.findLast((record) => textMember(record, 'session_id') !== undefined);
  return {
    data: records,
    total: records.length,
    latest_session_id: newest === undefined ? null : (textMember(newest, 'session_id') ?? null),
    next_sequence: last === null || last >= head ? null : last,
    chain_head: head,
  };
}

/** A slice with the signed head, enough to verify it offline. The head is read last, so that it covers the slice. */
export async function exportPage(
  store: Store,
  tenantId: string,
  after: number,
  limit: number,
): Promise<object> {
  const records = await recordsAfter(store, tenantId, after, limit);
  const head = await store.signedHead(tenantId);
  const last = records.at(-1)?.chain_index ?? null;
  return {
    data: records,
    total: records.length,
    next_sequence: last === null || last >= head.chain_index ? null : last,
    head,
  };
}
