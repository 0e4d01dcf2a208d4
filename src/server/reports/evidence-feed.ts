import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { ServerContext } from '../context.js';
import { HttpError } from '../http/port.js';
import type { Database } from '../store/schema.js';
import { feedRow } from './feed-row.js';
import { MOST_PAGES, instant, oneOf, wholeNumber } from './query-values.js';
import { catchUp } from './read-models/catch-up.js';
import { contains } from './record-member.js';
import { recordsAt } from './records-at.js';

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
export async function feedPage(
  context: Pick<ServerContext, 'store'>,
  tenantId: string,
  query: Query,
): Promise<object> {
  const { store } = context;
  const page = wholeNumber(query, 'page', { min: 1, max: MOST_PAGES }) ?? 1;
  const perPage = wholeNumber(query, 'per_page', { min: 1, max: MAX_PAGE }) ?? DEFAULT_PAGE;
  const sortDir = oneOf(query, 'sort_dir', ['asc', 'desc']) ?? 'desc';
  const sortBy = sortField(query.sort_by);
  // Only these two look into what follows the chain at a distance.
  if (query.caller_agent_id !== undefined || query.search !== undefined) await catchUp(context, tenantId);
  const matching = store.read
    .selectFrom('evidence')
    .where('tenant_id', '=', tenantId)
    // Spelt out, not bound: only then does SQLite know that the index over decisions holds every row it needs.
    .where('kind', '=', sql.lit('decision'))
    .where((evidence) => evidence.and(conditions(evidence, tenantId, query)));
  const rows = await matching
    .select('chain_index')
    // A search reads every text: once to find and to count is enough. Any other count is cheaper apart from the page.
    .$if(query.search !== undefined, (found) =>
      found.select(({ fn }) => fn.countAll<number>().over().as('total')),
    )
    .orderBy(SORTS[sortBy], sortDir)
    .orderBy('chain_index', sortDir)
    .limit(perPage)
    .offset((page - 1) * perPage)
    .execute();
  const count = async () =>
    (await matching.select(({ fn }) => fn.countAll<number>().as('all')).executeTakeFirst())?.all ?? 0;
  const isWhole = page === 1 && rows.length < perPage;
  const total = isWhole ? rows.length : (rows[0]?.total ?? (await count()));
  const indices = rows.map((row) => row.chain_index);
  const records = await recordsAt(store, tenantId, indices);
  return {
    data: indices.flatMap((index) => {
      const record = records.get(index);
      return record === undefined ? [] : [feedRow(record)];
    }),
    total,
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

function conditions(evidence: Evidence, tenantId: string, query: Query): Expression<SqlBool>[] {
  const all: Expression<SqlBool>[] = [];
  if (query.agent_id !== undefined) all.push(evidence('agent_id', '=', query.agent_id));
  if (query.tool_name !== undefined) all.push(evidence('tool_name', '=', query.tool_name));
  if (query.reason_code !== undefined) all.push(evidence('reason_code', '=', query.reason_code));
  if (query.decision !== undefined) all.push(evidence('decision', '=', query.decision.toUpperCase()));
  if (query.caller_agent_id !== undefined) {
    all.push(evidence('chain_index', 'in', delegatedBy(evidence, tenantId, query.caller_agent_id)));
  }
  const from = instant(query, 'from');
  if (from !== undefined) all.push(evidence('occurred_at', '>=', from));
  const to = instant(query, 'to');
  if (to !== undefined) all.push(evidence('occurred_at', '<=', to));
  if (query.search !== undefined)
    all.push(evidence('chain_index', 'in', withText(evidence, tenantId, query.search)));
  return all;
}

function delegatedBy(evidence: Evidence, tenantId: string, agentId: string) {
  return evidence
    .selectFrom('delegations')
    .select('delegations.chain_index')
    .where('delegations.tenant_id', '=', tenantId)
    .where('caller_agent_id', '=', agentId);
}

/** Case-insensitive search in names, ids and reasons. */
function withText(evidence: Evidence, tenantId: string, search: string) {
  return evidence
    .selectFrom('call_texts')
    .select('call_texts.chain_index')
    .where('call_texts.tenant_id', '=', tenantId)
    .where(contains('text', search.toLowerCase()));
}
