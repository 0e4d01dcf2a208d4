import type { Selectable } from 'kysely';
import type { EvidenceRecord } from '../../../evidence/types.js';
import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import type { Database } from '../../store/schema.js';
import { objectMember, parseDocument, textList } from '../../tenants/json-documents.js';
import { decisionsWithInput } from '../decisions-with-input.js';
import { instant, wholeNumber } from '../query-values.js';
import { present, storedRecord, textMember } from '../stored-record.js';
import { identityHasher } from './identity-key.js';

type Context = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId' | 'tenants'>;
type Hasher = Awaited<ReturnType<typeof identityHasher>>;

const LIMIT = { fallback: 500, max: 5000 };

/** An allow-list: reasons, arguments and whatever a later release records stay out until somebody adds them here. */
const KEPT = [
  'evidence_id',
  'occurred_at',
  'tool_name',
  'action_classification',
  'decision',
  'shadow_decision',
  'decision_reason_code',
  'risk_score',
  'risk_tier',
  'enforcement_mode',
  'environment',
  'enforcement_trace_id',
  'violation_id',
  'approval_id',
  'matched_rule_ids',
  'policy_references',
  'policy_revision',
  'regulatory_regimes',
  'data_classification',
  'flags',
] as const;

/** Decisions and holds of a time span, oldest first, without content, arguments or anybody's name. */
export async function exportDecisionMetadata(
  context: Context,
  tenantId: string,
  query: Readonly<Record<string, string>>,
) {
  const from = instant(query, 'from');
  const to = instant(query, 'to');
  if (from === undefined || to === undefined || from > to) {
    throw new HttpError(400, 'invalid_request', 'from and to must be RFC 3339 times, from not after to');
  }
  const limit = wholeNumber(query, 'limit', { min: 1, max: LIMIT.max }) ?? LIMIT.fallback;
  const hashed = await identityHasher(context, tenantId);
  const [decisions, approvals] = await Promise.all([
    decisionsWithInput(context.store, tenantId)
      .where('evidence.occurred_at', '>=', from)
      .where('evidence.occurred_at', '<=', to)
      .orderBy('evidence.occurred_at')
      .orderBy('evidence.chain_index')
      .limit(limit)
      .execute(),
    context.store.read
      .selectFrom('approvals')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('created_at', '>=', from)
      .where('created_at', '<=', to)
      .orderBy('created_at')
      .limit(limit)
      .execute(),
  ]);
  return {
    schema_version: '1',
    tenant_id: tenantId,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    generated_at: new Date(context.clock.now()).toISOString(),
    record_count: decisions.length,
    approval_count: approvals.length,
    records: decisions.map((row) => decisionMetadata(storedRecord(row.record), row.input, hashed)),
    approvals: approvals.map((row) => approvalMetadata(row, hashed)),
  };
}

function decisionMetadata(
  record: EvidenceRecord,
  input: string | null,
  hashed: Hasher,
): Record<string, unknown> {
  const identity = (member: string) => hashed(textMember(record, member));
  return {
    ...present(record, KEPT),
    agent: identity('agent_id'),
    caller_agent: identity('caller_agent_id'),
    user: identity('user_id'),
    session: identity('session_id'),
    endpoint: identity('endpoint_id'),
    // Known as long as the policy input is kept; afterwards nobody can tell.
    ...(input === null ? {} : { parameter_keys: parameterKeys(input) }),
  };
}

function parameterKeys(input: string): string[] {
  return Object.keys(objectMember(objectMember(parseDocument(input), 'tool'), 'args')).sort();
}

function approvalMetadata(row: Selectable<Database['approvals']>, hashed: Hasher): Record<string, unknown> {
  return {
    approval_id: row.approval_id,
    status: row.status,
    tool_name: row.tool_name,
    environment: row.environment,
    risk_tier: row.risk_tier,
    violation_id: row.violation_id,
    matched_rule_ids: textList(JSON.parse(row.rule_ids)),
    created_at: new Date(row.created_at).toISOString(),
    resolved_at: row.resolved_at === null ? null : new Date(row.resolved_at).toISOString(),
    agent: hashed(row.agent_id),
    user: hashed(row.user_id ?? undefined),
    session: hashed(row.session_id),
    resolved_by: hashed(row.resolved_by ?? undefined),
  };
}
