import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { HttpError } from '../http/port.js';
import type { Store } from '../store/port.js';
import type { Database } from '../store/schema.js';
import { feedRow } from './feed-row.js';
import { MOST_PAGES, instant, oneOf, wholeNumber } from './query-values.js';
import { contains, recordText } from './record-member.js';
import { storedRecord } from './stored-record.js';

type Query = Readonly<Record<string, string>>;
type Evidence = ExpressionBuilder<Database, 'evidence'>;

const SORTS = {
  occurred_at: 'occurred_at',
  agent_id: 'agent_id',
  user_id: 'user_id',
  session_id: 'session_id',
  tool_name: 'tool_name',
  decision: 'decision',
  decision_reason_code: 'reason_code',
} as const;
type Sort = keyof typeof SORTS;

const DEFAULT_PAGE = 50;
const MAX_PAGE = 1000;

/** A page of the governance feed: decisions, filtered and sorted; `total` counts all matches. */
export async function feedPage(store: Store, tenantId: string, query: Query): Promise<object> {
  const page = wholeNumber(query, 'page', { min: 1, max: MOST_PAGES }) ?? 1;
  const perPage = wholeNumber(query, 'per_page', { min: 1, max: MAX_PAGE }) ?? DEFAULT_PAGE;
  const sortDir = oneOf(query, 'sort_dir', ['asc', 'desc']) ?? 'desc';
  const sortBy = sortField(query.sort_by);
  const matching = store.read
    .selectFrom('evidence')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'decision')
    .where((evidence) => evidence.and(conditions(evidence, query)));
  const [rows, count] = await Promise.all([
    matching
      .select('record')
      .orderBy(SORTS[sortBy], sortDir)
      .orderBy('chain_index', sortDir)
      .limit(perPage)
      .offset((page - 1) * perPage)
      .execute(),
    matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst(),
  ]);
  return {
    data: rows.map((row) => feedRow(storedRecord(row.record))),
    total: count?.total ?? 0,
    page,
    per_page: perPage,
    sort_by: sortBy,
    sort_dir: sortDir,
  };
}

function sortField(name: string | undefined): Sort {
  if (name === undefined) return 'occurred_at';
  for (const known of sortNames()) if (known === name) return known;
  throw new HttpError(400, 'invalid_request', `sort_by must be one of ${sortNames().join(', ')}`, {
    field: 'sort_by',
  });
}

function sortNames(): readonly Sort[] {
  return [
    'occurred_at',
    'agent_id',
    'user_id',
    'session_id',
    'tool_name',
    'decision',
    'decision_reason_code',
  ];
}

function conditions(evidence: Evidence, query: Query): Expression<SqlBool>[] {
  const all: Expression<SqlBool>[] = [];
  if (query.agent_id !== undefined) all.push(evidence('agent_id', '=', query.agent_id));
  if (query.tool_name !== undefined) all.push(evidence('tool_name', '=', query.tool_name));
  if (query.reason_code !== undefined) all.push(evidence('reason_code', '=', query.reason_code));
  if (query.decision !== undefined) all.push(evidence('decision', '=', query.decision.toUpperCase()));
  if (query.caller_agent_id !== undefined) {
    all.push(evidence(recordText('caller_agent_id'), '=', query.caller_agent_id));
  }
  const from = instant(query, 'from');
  if (from !== undefined) all.push(evidence('occurred_at', '>=', from));
  const to = instant(query, 'to');
  if (to !== undefined) all.push(evidence('occurred_at', '<=', to));
  if (query.search !== undefined) all.push(freeText(evidence, query.search));
  return all;
}

/** Case-insensitive search in what a person would look for; hashes and signatures are left out. */
function freeText(evidence: Evidence, search: string): Expression<SqlBool> {
  const pattern = `%${search.toLowerCase().replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const columns = ['tool_name', 'agent_id', 'user_id', 'session_id', 'reason_code', 'violation_id'] as const;
  return evidence.or([
    ...columns.map((column) => contains(evidence.fn<string>('lower', [column]), pattern)),
    contains(evidence.fn<string>('lower', [recordText('reason')]), pattern),
  ]);
}
