import type {
  PolicyExplainCall,
  PolicyExplainRequest,
  PolicyExplanation,
} from '../../contract/govapi/types.js';
import { bundlesFor } from '../../engine/assignment.js';
import { explainDecision } from '../../engine/explain/explain.js';
import { presentExplanation, recordedSteps } from '../../engine/explain/explanation.js';
import type { ExplainedStep } from '../../engine/explain/explain.js';
import { readPolicyInput, requestOf } from '../../engine/input/recorded.js';
import { isStopped } from '../../engine/stopped-endpoint.js';
import type { EngineRequest, SessionFacts, TenantSnapshot } from '../../engine/types.js';
import type { ServerContext } from '../context.js';
import { HttpError, type Principal } from '../http/port.js';
import { decisionsWithInput } from '../reports/decisions-with-input.js';
import { storedRecord, textMember } from '../reports/stored-record.js';
import { findViolation } from '../reports/violations.js';
import { textList } from '../tenants/json-documents.js';
import { readEnforceCall } from './call-request.js';

interface AskedCall {
  readonly request: EngineRequest;
  readonly session: SessionFacts;
  readonly before: readonly ExplainedStep[];
}

/**
 * What the tenant decides on a call as it stands now, and why. Reads only: no evidence, no hold, no session is touched.
 * @throws HttpError 404 for a decision that is not there, or whose input is no longer kept
 */
export async function explainCall(
  context: ServerContext,
  principal: Principal,
  asked: PolicyExplainRequest,
): Promise<PolicyExplanation> {
  const { tenantId } = principal;
  const { request, session, before } = await askedCall(context, principal, asked);
  const snapshot = context.tenants.snapshot(tenantId);
  if (snapshot === undefined) throw new HttpError(404, 'not_found', 'the tenant is not known here');
  const bundles = isStopped(request, snapshot) ? [] : bundlesFor(snapshot, request.agentId);
  const verdicts = await context.evaluator.evaluate(request, bundles, session);
  const explained = explainDecision(request, asOf(context.clock.now(), snapshot), session, verdicts);
  return presentExplanation(explained, request, session, before);
}

async function askedCall(
  context: ServerContext,
  principal: Principal,
  { call, chain_index: chainIndex, violation_id: violationId }: PolicyExplainRequest,
): Promise<AskedCall> {
  if (call !== undefined) return describedCall(call, principal, context.clock.now());
  const at = violationId === undefined ? chainIndex : await placeOf(context, principal.tenantId, violationId);
  return recordedCall(context, principal.tenantId, at ?? 0);
}

function describedCall(call: PolicyExplainCall, principal: Principal, now: number): AskedCall {
  const { session, occurred_at: time, ...members } = call;
  const body = {
    tenant_id: '',
    agent_id: '',
    user_id: 'system',
    session_id: '',
    enforcement_mode: 'block',
    approved_scope: [],
    session_tool_calls: [],
    ...members,
  };
  const { request } = readEnforceCall(body, principal, new Date(time ?? now).toISOString());
  return {
    request,
    session: {
      requests: session?.requests ?? 0,
      violations: session?.violations ?? 0,
      callsOfThisTool: session?.calls_of_this_tool ?? 0,
    },
    before: [],
  };
}

async function placeOf({ store }: ServerContext, tenantId: string, violationId: string): Promise<number> {
  const record = await findViolation(store, tenantId, violationId);
  if (record === undefined) throw new HttpError(404, 'not_found', `there is no violation ${violationId}`);
  return record.chain_index;
}

async function recordedCall(
  { store }: ServerContext,
  tenantId: string,
  chainIndex: number,
): Promise<AskedCall> {
  const row = await decisionsWithInput(store, tenantId)
    .where('evidence.chain_index', '=', chainIndex)
    .executeTakeFirst();
  if (row === undefined) throw new HttpError(404, 'not_found', `record ${chainIndex} is no decision`);
  const input = row.input === null ? undefined : readPolicyInput(JSON.parse(row.input));
  if (input === undefined)
    throw new HttpError(404, 'not_found', `the input of record ${chainIndex} is no longer kept`);
  const record = storedRecord(row.record);
  const { request, session } = requestOf(input, record['in_scope'] !== false);
  const host = textMember(record, 'mcp_host');
  return {
    request: {
      ...request,
      // Not part of what policies see, but the tenant's other rules go by them.
      callerAgentId: textMember(record, 'caller_agent_id'),
      metadata: { ...request.metadata, ...(host !== undefined && { mcp_host: host }) },
    },
    session,
    before: recordedSteps(
      {
        chainIndex,
        decision: textMember(record, 'shadow_decision') ?? textMember(record, 'decision') ?? '',
        reasonCode: textMember(record, 'decision_reason_code') ?? '',
        matchedRuleIds: textList(record['matched_rule_ids']),
      },
      input,
      'the tenant now',
    ),
  };
}

/** Without exceptions that ended: the time of a recorded call is that of the call, and they would seem to hold. */
function asOf(now: number, snapshot: TenantSnapshot): TenantSnapshot {
  if (snapshot.overrides.size === 0) return snapshot;
  const overrides = new Map(
    [...snapshot.overrides].map(([key, list]) => [key, list.filter(({ expiresAt }) => now < expiresAt)]),
  );
  return { ...snapshot, overrides };
}
