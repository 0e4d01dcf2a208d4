import { sql } from 'kysely';
import type { EvidenceRecord } from '../../../evidence/types.js';
import type { Store } from '../../store/port.js';
import { storedRecord } from '../stored-record.js';

const PAGE = 500;

/** Decisions of a time span, `from` inclusive and `to` exclusive, oldest first, in constant memory. */
export async function* decisionsBetween(
  { read }: Pick<Store, 'read'>,
  tenantId: string,
  from: number,
  to: number,
): AsyncGenerator<EvidenceRecord> {
  let after = { occurred_at: from, chain_index: -1 };
  for (;;) {
    const page = await read
      .selectFrom('evidence')
      .select(['occurred_at', 'chain_index', 'record'])
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', sql.lit('decision'))
      .where('occurred_at', '<', to)
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('occurred_at', 'chain_index'), '>', tuple(after.occurred_at, after.chain_index)),
      )
      .orderBy('occurred_at')
      .orderBy('chain_index')
      .limit(PAGE)
      .execute();
    for (const row of page) yield storedRecord(row.record);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
    // Decisions go first.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
