import type { PolicyExceptionCreate } from '../../../contract/govapi/types.js';
import { isWaivable } from '../../../engine/exceptions/waivers.js';
import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import { findViolation } from '../../reports/violations.js';
import { textMember } from '../../reports/stored-record.js';
import { isJsonObject, textList, type JsonObject } from '../json-documents.js';

/** Whose call an exception is about, and which rules decided it. */
export interface CitedCall {
  readonly agentId: string | undefined;
  readonly toolName: string | undefined;
  readonly environment: string | undefined;
  /** Rules of the recorded decision that an exception may set aside; empty when one of them may not be. */
  readonly ruleIds: readonly string[];
}

/**
 * What the record of the violation says, and where there is none what the request says. Throws 400 when the two contradict:
 * the approver would decide on one call and let another through.
 */
export async function citedCall(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
  body: PolicyExceptionCreate,
): Promise<CitedCall> {
  const record = await findViolation(store, tenantId, body.violation_id);
  await checkHold(store, tenantId, body);
  if (record === undefined) {
    return { agentId: body.agent_id, toolName: body.tool_name, environment: undefined, ruleIds: [] };
  }
  const agentId = textMember(record, 'agent_id');
  const toolName = textMember(record, 'tool_name');
  agree('agent_id', body.agent_id, agentId);
  agree('tool_name', body.tool_name, toolName);
  const rules = textList(record.matched_rule_ids);
  return {
    agentId,
    toolName,
    environment: textMember(record, 'environment'),
    ruleIds: rules.every(isWaivable) ? rules : [],
  };
}

async function checkHold(
  store: ServerContext['store'],
  tenantId: string,
  { hold_token: token, violation_id: violationId }: PolicyExceptionCreate,
): Promise<void> {
  if (token === undefined) return;
  const hold = await store.read
    .selectFrom('approvals')
    .select('violation_id')
    .where('tenant_id', '=', tenantId)
    .where('hold_token', '=', token)
    .executeTakeFirst();
  agree('hold_token', hold === undefined ? undefined : violationId, hold?.violation_id ?? undefined);
}

function agree(member: string, asked: string | undefined, recorded: string | undefined): void {
  if (asked === undefined || recorded === undefined || asked === recorded) return;
  throw new HttpError(400, 'invalid_request', `${member} is not that of the violation`, { field: member });
}

export function readCited(text: string | null): Pick<CitedCall, 'environment' | 'ruleIds'> {
  const value: unknown = text === null ? {} : JSON.parse(text);
  const document: JsonObject = isJsonObject(value) ? value : {};
  return { environment: textMember(document, 'environment'), ruleIds: textList(document['ruleIds']) };
}
