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

/** The evidence of one decision. Members without a value are left out: null is never recorded. */
export function decisionDraft(
  call: EnforceCall,
  decision: Decision,
  ids: DecisionIds,
  circumstances: DecisionCircumstances,
): EvidenceDraft {
  const { request } = call;
  const body: Record<string, unknown> = {
    event_id: `${request.tenantId}:${ids.decisionId}`,
    session_id: request.sessionId,
    agent_id: request.agentId,
    user_id: request.userId,
    tool_name: request.toolName,
    environment: request.environment,
    enforcement_mode: request.mode,
    decision: decision.decision,
    decision_reason_code: decision.reasonCode,
    reason: decision.reason,
    action_classification: decision.actionClass,
    risk_tier: decision.riskTier,
    risk_score: decision.riskScore,
    matched_rule_ids: decision.matchedRuleIds,
    policy_references: decision.policyReferences,
    policy_input_digest: circumstances.policyInputDigest,
    policy_revision: circumstances.policyRevision,
    requested_by: circumstances.requestedBy,
  };
  const optional: Readonly<Record<string, unknown>> = {
    shadow_decision: decision.shadowDecision,
    violation_id: ids.violationId,
    approval_id: ids.hold?.approvalId,
    hold_token: ids.hold?.token,
    hold_expires_at: ids.hold === undefined ? undefined : new Date(ids.hold.expiresAt).toISOString(),
    enforcement_trace_id: call.traceId,
    action_attestation_id: call.attestationId,
    client_request_id: call.clientRequestId,
    caller_agent_id: call.callerAgentId,
    session_intent: request.sessionIntent,
    purpose: request.purpose,
    data_classification: request.dataClassification,
    endpoint_id: request.endpointId,
    fleet_id: request.fleetId,
    flags: decision.flags.length > 0 ? decision.flags : undefined,
    observed: decision.observed.length > 0 ? decision.observed.map(observedVerdict) : undefined,
    regulatory_regimes:
      circumstances.regulatoryRegimes.length > 0 ? circumstances.regulatoryRegimes : undefined,
  };
  for (const name in optional) {
    if (optional[name] !== undefined) body[name] = optional[name];
  }
  return {
    kind: 'decision',
    evidence_id: ids.decisionId,
    occurred_at: request.receivedAt,
    body,
    receipt: true,
  };
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
