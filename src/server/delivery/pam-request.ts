import { approvalRow } from '../enforce/approval-row.js';
import { present } from '../reports/stored-record.js';
import type { Store } from '../store/port.js';
import { instant, isJsonObject } from '../tenants/json-documents.js';
import type { DeliveryEvent } from './event-body.js';
import { PAM_REQUEST } from './event-types.js';

/** A held call, by its decision. */
interface Question {
  readonly tenantId: string;
  readonly chainIndex: number;
  readonly eventId: string;
}

/** What an approver needs to judge the call, its redacted arguments among it; the hold token is the caller's alone. */
const MEMBERS = [
  'approval_id',
  'reason',
  'decision_reason_code',
  'risk_tier',
  'risk_score',
  'agent_id',
  'user_id',
  'session_id',
  'session_intent',
  'tool_name',
  'environment',
  'request',
  'requested_by',
  'matched_rule_ids',
  'violation_id',
  'required_approvers',
  'requested_at',
  'expires_at',
] as const;

/** The question put to a PAM system; with `openAt` only if the hold can still be answered at that time. */
export async function pamRequest(
  store: Store,
  { tenantId, chainIndex, eventId }: Question,
  openAt?: number,
): Promise<DeliveryEvent | undefined> {
  const row = await store.read
    .selectFrom('approvals')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('chain_index', '=', chainIndex)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (openAt !== undefined && (row.status !== 'pending' || row.expires_at <= openAt)) return undefined;
  const shown = approvalRow(row, []);
  return {
    event_id: eventId,
    type: PAM_REQUEST,
    tenant_id: tenantId,
    occurred_at: instant(row.created_at),
    chain_index: chainIndex,
    data: isJsonObject(shown) ? present(shown, MEMBERS) : {},
  };
}
