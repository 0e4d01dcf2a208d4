import { sql, type CompiledQuery } from 'kysely';
import type { Store } from '../../store/port.js';
import { recordNumber, recordText } from '../record-member.js';

/** Part of a tenant's chain: after one index, up to and with another. */
export interface ChainRange {
  readonly tenantId: string;
  readonly after: number;
  readonly upTo: number;
}

/** Between the parts of a searched text, so that no match runs from one into the next. */
const SEPARATOR = sql.lit('\n');
const HOUR_MS = 3_600_000;
const isDecision = sql`kind = 'decision'`;
const isSevere = sql`violation_id IS NOT NULL AND ${recordText('risk_tier')} IN ('high', 'critical')`;

/** Statements that add a range of the chain to the read models. Each range must be added exactly once. */
export function foldingStatements({ build }: Pick<Store, 'build'>, range: ChainRange): CompiledQuery[] {
  return [calls(range), sessions(range), severeAlerts(range), delegations(range), texts(range)].map(
    (statement) => statement.compile(build),
  );
}

function rangeCondition({ tenantId, after, upTo }: ChainRange) {
  return sql`tenant_id = ${tenantId} AND chain_index > ${after} AND chain_index <= ${upTo}`;
}

function count(condition: ReturnType<typeof sql>) {
  return sql`count(*) FILTER (WHERE ${isDecision} AND ${condition})`;
}

function calls(range: ChainRange) {
  const decided = (...words: string[]) =>
    count(sql`decision IN (${sql.join(words.map((word) => sql.lit(word)))})`);
  return sql`
INSERT INTO call_stats (tenant_id, hour, agent_id, tool_name, calls, allowed, stepped_up, blocked, deferred, violations,
  severe, risk_total, records, record_bytes, first_seen, last_seen, last_index)
SELECT tenant_id, occurred_at / ${sql.lit(HOUR_MS)} * ${sql.lit(HOUR_MS)}, coalesce(agent_id, ''), coalesce(tool_name, ''),
  ${count(sql`true`)}, ${decided('ALLOW', 'MODIFY')}, ${decided('STEP_UP')}, ${decided('BLOCK')}, ${decided('DEFER')},
  ${count(sql`violation_id IS NOT NULL`)}, ${count(isSevere)},
  coalesce(sum(${recordNumber('risk_score')}) FILTER (WHERE ${isDecision}), 0),
  count(*), sum(octet_length(record)), min(occurred_at), max(occurred_at), max(chain_index)
FROM evidence WHERE ${rangeCondition(range)}
GROUP BY 1, 2, 3, 4
ON CONFLICT (tenant_id, hour, agent_id, tool_name) DO UPDATE SET
  calls = call_stats.calls + excluded.calls,
  allowed = call_stats.allowed + excluded.allowed,
  stepped_up = call_stats.stepped_up + excluded.stepped_up,
  blocked = call_stats.blocked + excluded.blocked,
  deferred = call_stats.deferred + excluded.deferred,
  violations = call_stats.violations + excluded.violations,
  severe = call_stats.severe + excluded.severe,
  risk_total = call_stats.risk_total + excluded.risk_total,
  records = call_stats.records + excluded.records,
  record_bytes = call_stats.record_bytes + excluded.record_bytes,
  first_seen = min(call_stats.first_seen, excluded.first_seen),
  last_seen = max(call_stats.last_seen, excluded.last_seen),
  last_index = excluded.last_index`;
}

function sessions(range: ChainRange) {
  return sql`
INSERT INTO session_stats (tenant_id, session_id, agent_id, calls, first_seen, last_seen, last_index)
SELECT tenant_id, session_id, coalesce(agent_id, ''), count(*), min(occurred_at), max(occurred_at), max(chain_index)
FROM evidence WHERE ${rangeCondition(range)} AND ${isDecision} AND session_id IS NOT NULL
GROUP BY 1, 2, 3
ON CONFLICT (tenant_id, session_id, agent_id) DO UPDATE SET
  calls = session_stats.calls + excluded.calls,
  first_seen = min(session_stats.first_seen, excluded.first_seen),
  last_seen = max(session_stats.last_seen, excluded.last_seen),
  last_index = excluded.last_index`;
}

function severeAlerts(range: ChainRange) {
  return sql`
INSERT INTO alerts (tenant_id, chain_index, kind, violation_ids)
SELECT tenant_id, chain_index, 'severe', violation_id
FROM evidence WHERE ${rangeCondition(range)} AND ${isDecision} AND ${isSevere}`;
}

function delegations(range: ChainRange) {
  return sql`
INSERT INTO delegations (tenant_id, caller_agent_id, chain_index)
SELECT tenant_id, ${recordText('caller_agent_id')}, chain_index
FROM evidence WHERE ${rangeCondition(range)} AND ${isDecision} AND ${recordText('caller_agent_id')} IS NOT NULL`;
}

/** What a person would look for; hashes and signatures are left out. */
function texts(range: ChainRange) {
  const parts = ['tool_name', 'agent_id', 'user_id', 'session_id', 'reason_code', 'violation_id']
    .map((column) => sql`coalesce(${sql.ref(column)}, '')`)
    .concat(sql`coalesce(${recordText('reason')}, '')`);
  return sql`
INSERT INTO call_texts (tenant_id, chain_index, text)
SELECT tenant_id, chain_index, lower(${sql.join(parts, sql` || ${SEPARATOR} || `)})
FROM evidence WHERE ${rangeCondition(range)} AND ${isDecision}`;
}
