import { buildBundle } from '../../evidence/index.js';
import type { ServerContext } from '../context.js';
import { isObject } from '../enforce/call-request.js';
import { HttpError } from '../http/port.js';
import { storedRecord } from './stored-record.js';
import { publicKeys } from './verify-chain.js';

/** One bundle is one reply in memory; a longer session is exported page by page through the chain instead. */
const MAX_ROWS = 20_000;

/** Everything recorded of one session, self-contained and verifiable offline. */
export async function sessionBundle(
  context: ServerContext,
  tenantId: string,
  sessionId: string,
): Promise<object> {
  const { read } = context.store;
  const [records, events] = await Promise.all([
    read
      .selectFrom('evidence')
      .select('record')
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .orderBy('chain_index')
      .limit(MAX_ROWS + 1)
      .execute(),
    read
      .selectFrom('events')
      .select('body')
      .where('tenant_id', '=', tenantId)
      .where('session_id', '=', sessionId)
      .orderBy('occurred_at')
      .orderBy('event_id')
      .limit(MAX_ROWS + 1)
      .execute(),
  ]);
  if (records.length === 0 && events.length === 0) {
    throw new HttpError(404, 'not_found', `nothing is recorded of session ${sessionId}`);
  }
  if (records.length > MAX_ROWS || events.length > MAX_ROWS) {
    // A bundle that silently lacked records would pass for the whole session.
    throw new HttpError(
      400,
      'session_too_large',
      `the session has more than ${MAX_ROWS} records or events; export the chain page by page instead`,
    );
  }
  return buildBundle(
    {
      tenantId,
      sessionId,
      evidence: records.map((row) => storedRecord(row.record)),
      events: events.map((row): unknown => JSON.parse(row.body)).filter(isObject),
      keys: publicKeys(context.store),
    },
    new Date(context.clock.now()).toISOString(),
  );
}
