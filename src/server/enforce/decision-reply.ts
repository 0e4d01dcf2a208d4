import type { Decision } from '../../engine/types.js';
import type { EnforceCall } from './call-request.js';
import type { DecisionIds } from './decision-record.js';

/**
 * The reply of `/v1/enforce`. Both spellings of the outcome carry the same word, optional members are left out and never
 * null, counts of seconds are integers: each of these rules keeps one of the three SDKs from misreading a refusal.
 */
export function decisionReply(
  call: EnforceCall,
  decision: Decision,
  ids: DecisionIds,
  receipt: unknown,
  latencyMs: number,
  regulatoryRegimes: readonly string[],
): object {
  const reply: Record<string, unknown> = {
    decision: decision.decision,
    authorization_decision: decision.decision,
    decision_reason_code: decision.reasonCode,
    action_classification: decision.actionClass,
    reason: decision.reason,
    risk_score: decision.riskScore,
    latency_ms: Math.max(0, Math.round(latencyMs * 1000) / 1000),
  };
  if (decision.shadowDecision !== undefined) reply.shadow_decision = decision.shadowDecision;
  if (ids.violationId !== undefined) reply.violation_id = ids.violationId;
  if (ids.hold !== undefined) {
    reply.hold_token = ids.hold.token;
    reply.step_up_timeout_seconds = ids.hold.seconds;
    // A rule may both hold and rewrite: what runs after the approval is the rewritten call.
    if (decision.modifiedToolArgs !== undefined) reply.modified_tool_args = decision.modifiedToolArgs;
  }
  if (decision.decision === 'MODIFY') {
    reply.modified_tool_args = decision.modifiedToolArgs;
    reply.modification_reason = decision.reason;
  }
  if (decision.decision === 'DEFER') {
    reply.defer_reason = decision.reason;
    if (decision.timeoutSeconds !== undefined)
      reply.defer_timeout_seconds = wholeSeconds(decision.timeoutSeconds);
  }
  if (decision.matchedRuleIds.length > 0) reply.matched_rule_ids = decision.matchedRuleIds;
  if (decision.policyReferences.length > 0) reply.policy_references = decision.policyReferences;
  if (regulatoryRegimes.length > 0) reply.regulatory_regimes = regulatoryRegimes;
  if (call.traceId !== undefined) reply.enforcement_trace_id = call.traceId;
  if (call.attestationId !== undefined) reply.action_attestation_id = call.attestationId;
  if (typeof receipt === 'object' && receipt !== null) reply.receipt = receipt;
  return reply;
}

/** Thirty days. A rule may name any number; beyond this an instant of expiry may not even exist. */
const MAX_SECONDS = 2_592_000;

/** A fraction of a second would make two SDKs throw the decision away. */
export function wholeSeconds(seconds: number): number {
  return Number.isNaN(seconds) ? 0 : Math.min(MAX_SECONDS, Math.max(0, Math.ceil(seconds)));
}
