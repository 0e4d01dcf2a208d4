import type { EvidenceRecord } from '../../evidence/types.js';
import type { Store } from '../store/port.js';
import { storedRecord } from './stored-record.js';

/** Indices per look-up, within what one statement may bind. */
const CHUNK = 500;

/** The records at these places of a tenant's chain, by place. */
export async function recordsAt(
  { read }: Pick<Store, 'read'>,
  tenantId: string,
  indices: readonly number[],
): Promise<ReadonlyMap<number, EvidenceRecord>> {
  const records = new Map<number, EvidenceRecord>();
  for (let from = 0; from < indices.length; from += CHUNK) {
    const rows = await read
      .selectFrom('evidence')
      .select(['chain_index', 'record'])
      .where('tenant_id', '=', tenantId)
      .where('chain_index', 'in', indices.slice(from, from + CHUNK))
      .execute();
    for (const row of rows) records.set(row.chain_index, storedRecord(row.record));
  }
  return records;
}
