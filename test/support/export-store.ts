import { writeFile } from 'node:fs/promises';
import { evidenceKey, exportLines } from '../../src/evidence/index.js';
import type { Store } from '../../src/server/store/index.js';

/** Writes a tenant's whole chain as an export file, for verifiers that know nothing of the store. */
export async function exportStore(store: Store, tenantId: string, file: string): Promise<void> {
  const rows = await store.read
    .selectFrom('evidence')
    .select('record')
    .where('tenant_id', '=', tenantId)
    .orderBy('chain_index')
    .execute();
  const lines: string[] = [];
  const content = {
    tenantId,
    keys: store.keys().map((key) => evidenceKey(key.keyId, key.publicKeyPem)),
    records: rows.map((row) => row.record),
    head: () => store.signedHead(tenantId),
  };
  for await (const line of exportLines(content)) lines.push(line);
  await writeFile(file, lines.join(''));
}
