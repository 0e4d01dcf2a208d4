import { canonicalize } from '../../evidence/canonical.js';
import { sha256Hex } from '../../evidence/signature.js';
import type { ServerContext } from '../context.js';
import { HttpError } from '../http/port.js';
import { storedRecord, textMember } from './stored-record.js';

/** Everything recorded of one session. Larger sessions are exported page by page through the chain instead. */
const MAX_RECORDS = 20_000;

/** The evidence bundle of a session; its hash covers the content and neither itself nor the time of export. */
export async function sessionBundle(
  context: ServerContext,
  tenantId: string,
  sessionId: string,
): Promise<object> {
  const { read } = context.store;
  const [recordRows, eventRows] = await Promise.all([
    read
      .selectFrom('evidence')
      .select('record')
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .orderBy('chain_index')
      .limit(MAX_RECORDS + 1)
      .execute(),
    read
      .selectFrom('events')
      .select('body')
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .orderBy('occurred_at')
      .orderBy('event_id')
      .limit(MAX_RECORDS + 1)
      .execute(),
  ]);
  if (recordRows.length === 0 && eventRows.length === 0) {
    throw new HttpError(404, 'not_found', `nothing is recorded of session ${sessionId}`);
  }
  const evidence = recordRows.slice(0, MAX_RECORDS).map((row) => storedRecord(row.record));
  const events = eventRows.slice(0, MAX_RECORDS).map((row): unknown => JSON.parse(row.body));
  const decisions: Record<string, number> = {};
  for (const record of evidence) {
    const word = record.kind === 'decision' ? textMember(record, 'decision') : undefined;
    if (word !== undefined) decisions[word] = (decisions[word] ?? 0) + 1;
  }
  const content = {
    session_id: sessionId,
    tenant_id: tenantId,
    summary: {
      total_events: events.length,
      total_records: evidence.length,
      decisions,
      violations: evidence.filter((record) => textMember(record, 'violation_id') !== undefined).length,
      first_index: evidence[0]?.chain_index ?? null,
      last_index: evidence.at(-1)?.chain_index ?? null,
      truncated: recordRows.length > MAX_RECORDS || eventRows.length > MAX_RECORDS,
    },
    events,
    evidence,
  };
  return {
    ...content,
    bundle_hash: sha256Hex(canonicalize(content)),
    exported_at: new Date(context.clock.now()).toISOString(),
  };
}
