import { mcpHost } from '../../engine/mcp/host.js';
import type { BundleVerdict, Decision } from '../../engine/types.js';
import type { EvidenceDraft } from '../../evidence/types.js';
import type { EnforceCall } from './call-request.js';

export interface HoldIds {
  readonly approvalId: string;
  readonly token: string;
  /** Whole seconds the hold lives. */
  readonly seconds: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Ids the server gives a decision; the engine has none of them, being pure. */
export interface DecisionIds {
  readonly decisionId: string;
  /** With every violation. */
  readonly violationId: string | undefined;
  /** With STEP_UP. */
  readonly hold: HoldIds | undefined;
}

/** Circumstances that belong to the record although the engine did not decide on them. */
export interface DecisionCircumstances {
  readonly policyInputDigest: string;
  readonly policyRevision: number;
  readonly regulatoryRegimes: readonly string[];
  /** Credential that asked. */
  readonly requestedBy: string;
}

/**
 * The evidence of one decision. Members without a value are left out: null is never recorded. Written in the order of
 * the canonical form, so that making it needs no sorting.
 */
export function decisionDraft(
  call: EnforceCall,
  decision: Decision,
  ids: DecisionIds,
  circumstances: DecisionCircumstances,
): EvidenceDraft {
  const { request } = call;
  const { hold } = ids;
  const body = {
    action_attestation_id: call.attestationId,
    action_classification: decision.actionClass,
    agent_id: request.agentId,
    approval_id: hold?.approvalId,
    caller_agent_id: request.callerAgentId,
    client_request_id: call.clientRequestId,
    data_classification: request.dataClassification,
    decision: decision.decision,
    decision_reason_code: decision.reasonCode,
    endpoint_id: request.endpointId,
    enforcement_mode: request.mode,
    enforcement_trace_id: call.traceId,
    environment: request.environment,
    event_id: `${request.tenantId}:${ids.decisionId}`,
    flags: filled(decision.flags),
    fleet_id: request.fleetId,
    hold_expires_at: hold === undefined ? undefined : new Date(hold.expiresAt).toISOString(),
    hold_token: hold?.token,
    in_scope: decision.inScope,
    matched_rule_ids: decision.matchedRuleIds,
    mcp_client: call.mcpClient,
    mcp_host: mcpHost(request.metadata),
    observed: filled(decision.observed)?.map(observedVerdict),
    policy_input_digest: circumstances.policyInputDigest,
    policy_references: decision.policyReferences,
    policy_revision: circumstances.policyRevision,
    purpose: request.purpose,
    reason: decision.reason,
    regulatory_regimes: filled(circumstances.regulatoryRegimes),
    requested_by: circumstances.requestedBy,
    risk_score: decision.riskScore,
    risk_tier: decision.riskTier,
    session_id: request.sessionId,
    session_intent: request.sessionIntent,
    shadow_decision: decision.shadowDecision,
    tool_call_id: call.toolCallId,
    tool_name: request.toolName,
    user_id: request.userId,
    violation_id: ids.violationId,
  };
  return {
    kind: 'decision',
    evidence_id: ids.decisionId,
    occurred_at: request.receivedAt,
    body,
    receipt: true,
  };
}

function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

function observedVerdict(verdict: BundleVerdict): object {
  return {
    bundle: `${verdict.bundleName}@${verdict.bundleVersion}`,
    outcome: verdict.outcome,
    rule_ids: verdict.ruleIds,
    ...(verdict.reasonCode === undefined ? {} : { reason_code: verdict.reasonCode }),
    ...(verdict.failure === undefined ? {} : { failure: verdict.failure }),
  };
}
