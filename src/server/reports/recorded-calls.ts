import { decide } from '../../engine/decide.js';
import { readPolicyInput, requestOf } from '../../engine/input/recorded.js';
import type { Decision, TenantSnapshot } from '../../engine/types.js';
import type { RecordedCall, RecordedCallPage } from '../../contract/govapi/types.js';
import { isJsonObject } from '../../engine/json-object.js';
import type { ServerContext } from '../context.js';
import { decisionsWithInput } from './decisions-with-input.js';
import { instant, wholeNumber } from './query-values.js';
import { textList } from '../tenants/json-documents.js';
import { storedRecord, textMember } from './stored-record.js';

type Query = Readonly<Record<string, string>>;

/** A page of decided calls with the input policies saw, in chain order. */
export async function recordedCalls(
  context: ServerContext,
  tenantId: string,
  query: Query,
): Promise<RecordedCallPage> {
  const after = wholeNumber(query, 'from_sequence', { min: 0 }) ?? 0;
  const limit = wholeNumber(query, 'limit', { min: 1, max: 1000 }) ?? 500;
  const from = instant(query, 'from');
  const rows = await decisionsWithInput(context.store, tenantId)
    .where('evidence.chain_index', '>', after)
    .$if(from !== undefined, (select) => select.where('evidence.occurred_at', '>=', from ?? 0))
    .orderBy('evidence.chain_index')
    .limit(limit)
    .execute();
  const snapshot = context.tenants.snapshot(tenantId);
  return {
    data: rows.map((row) => recordedCall(row.chain_index, row.record, row.input, snapshot)),
    next_sequence: rows.length < limit ? null : (rows.at(-1)?.chain_index ?? null),
  };
}

function recordedCall(
  chainIndex: number,
  text: string,
  kept: string | null,
  snapshot: TenantSnapshot | undefined,
): RecordedCall {
  const record = storedRecord(text);
  const stored: unknown = kept === null ? null : JSON.parse(kept);
  const input = isJsonObject(stored) ? stored : null;
  return {
    chain_index: chainIndex,
    evidence_id: textMember(record, 'evidence_id') ?? '',
    occurred_at: textMember(record, 'occurred_at') ?? '',
    agent_id: textMember(record, 'agent_id') ?? '',
    tool_name: textMember(record, 'tool_name') ?? '',
    decision: textMember(record, 'shadow_decision') ?? textMember(record, 'decision') ?? '',
    decision_reason_code: textMember(record, 'decision_reason_code') ?? '',
    matched_rule_ids: textList(record['matched_rule_ids']),
    in_scope: typeof record['in_scope'] === 'boolean' ? record['in_scope'] : null,
    input,
    standing: snapshot === undefined ? null : standing(input, snapshot),
  };
}

/** What stands beside the bundles: tiers, intents, packs, MCP control, stopped endpoints. */
function standing(value: unknown, snapshot: TenantSnapshot): RecordedCall['standing'] {
  const input = readPolicyInput(value);
  if (input === undefined) return null;
  const { request, session } = requestOf(input, true);
  const found: Decision = decide(request, snapshot, session, []);
  return {
    decision: found.shadowDecision ?? found.decision,
    decision_reason_code: found.reasonCode,
    matched_rule_ids: found.matchedRuleIds,
  };
}
