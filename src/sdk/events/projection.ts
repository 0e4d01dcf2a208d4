import type { Telemetry } from '../config/options.js';
import type { EnforcementDecision } from '../decision/read.js';
import type { JsonObject } from '../vocabulary.js';
import { redact } from './redact.js';

const RECEIPT_IDS = ['receipt_id', 'decision_id', 'signature', 'signing_algorithm', 'key_id'];

/**
 * Decision members an event may carry. The minimal form is an allow-list of codes, ids and numbers: no
 * arguments, results, reasons or context ever leave by it. Source: SDK behaviour 8.5.
 */
export function projectDecision(
  decision: Partial<EnforcementDecision> | undefined,
  telemetry: Telemetry,
): JsonObject {
  if (decision === undefined) return {};
  const minimal = {
    decision_reason_code: decision.decisionReasonCode,
    action_classification: decision.actionClassification,
    pack_id: decision.packId,
    pack_version: decision.packVersion,
    rule_version: decision.ruleVersion,
    regulatory_regimes: decision.regulatoryRegimes,
    matched_rule_ids: decision.matchedRuleIds,
    matched_control_ids: decision.matchedControlIds,
    risk_score: decision.riskScore,
    latency_ms: decision.latencyMs,
    defer_timeout_seconds: decision.deferTimeoutSeconds,
    step_up_timeout_seconds: decision.stepUpTimeoutSeconds,
    receipt: receiptIds(decision.receipt),
  };
  if (telemetry !== 'full') return present(minimal);
  return present({
    ...minimal,
    receipt: decision.receipt,
    reason: decision.reason,
    modification_reason: decision.modificationReason,
    defer_reason: decision.deferReason,
    policy_references: decision.policyReferences,
    model_signals: decision.modelSignals,
    score_components: decision.scoreComponents,
    top_contributors: decision.topContributors,
    decision_evidence: decision.decisionEvidence,
  });
}

/** Arguments in an event: none by default, redacted or whole on request. */
export function projectArguments(toolArgs: JsonObject | undefined, telemetry: Telemetry): JsonObject {
  if (toolArgs === undefined || telemetry === 'minimal') return {};
  return { tool_args: telemetry === 'full' ? toolArgs : redact(toolArgs) };
}

function receiptIds(receipt: JsonObject | undefined): JsonObject | undefined {
  if (receipt === undefined) return undefined;
  const ids = RECEIPT_IDS.filter((name) => typeof receipt[name] === 'string');
  return ids.length === 0 ? undefined : Object.fromEntries(ids.map((name) => [name, receipt[name]]));
}

function present(members: JsonObject): JsonObject {
  const said: Record<string, unknown> = {};
  for (const name of Object.keys(members)) if (members[name] !== undefined) said[name] = members[name];
  return said;
}
