import { setTimeout as sleep } from 'node:timers/promises';
import { parseObject } from './check.js';
import type { EnforcementDecision } from './decision/read.js';
import type { SessionState } from './session-state.js';
import { credentialHeaders } from './transport/credentials.js';
import type { JsonObject } from './vocabulary.js';

const EXPLAIN_TIMEOUT_MS = 3000;

/** Gives the enforcer's explanation of a refusal, undefined when there is none. Asks once; never throws. */
export type Explainer = () => Promise<JsonObject | undefined>;

export interface ExplainedCall {
  readonly toolName: string;
  readonly attestationId: string;
  readonly history: readonly string[];
}

/**
 * An explainer for a BLOCK or STEP_UP of the enforcer; undefined for every other outcome and when explanations
 * are off. The arguments are not sent a second time. Source: SDK behaviour 14.
 */
export function explainerFor(
  session: SessionState,
  call: ExplainedCall,
  decision: EnforcementDecision | undefined,
): Explainer | undefined {
  if (session.config.explain === 'off' || decision === undefined) return undefined;
  if (decision.decision !== 'BLOCK' && decision.decision !== 'STEP_UP') return undefined;
  let asked: Promise<JsonObject | undefined> | undefined;
  return () => {
    asked ??= ask(session, explainBody(session, call, decision));
    return keptAlive(asked);
  };
}

async function ask(session: SessionState, body: JsonObject): Promise<JsonObject | undefined> {
  const { config, transport } = session.runtime;
  const reply = await transport.send({
    lane: 'explanations',
    method: 'POST',
    path: '/v1/explain',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...credentialHeaders(config.apiKey) },
    timeoutMs: EXPLAIN_TIMEOUT_MS,
  });
  if (reply.kind === 'failure' || reply.status !== 200) return undefined;
  return parseObject(reply.body);
}

/** The sockets of explanations keep no process alive; somebody who waits for one does. */
async function keptAlive<Value>(work: Promise<Value>): Promise<Value | undefined> {
  const done = new AbortController();
  const limit = sleep(EXPLAIN_TIMEOUT_MS + 1000, undefined, { signal: done.signal }).catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    done.abort();
  }
}

function explainBody(session: SessionState, call: ExplainedCall, decision: EnforcementDecision): JsonObject {
  const { config } = session;
  return {
    agent_id: config.agentId,
    tenant_id: config.tenantId,
    user_id: config.userId,
    tool_name: call.toolName,
    session_id: session.sessionId,
    session_tool_calls: call.history,
    approved_scope: config.approvedScope,
    enforcement_trace_id: session.traceId,
    action_attestation_id: call.attestationId,
    decision: decision.decision,
    decision_reason_code: decision.decisionReasonCode,
    action_classification: decision.actionClassification,
    violation_id: decision.violationId,
    risk_score: decision.riskScore,
    regulatory_regimes: decision.regulatoryRegimes,
    matched_rule_ids: decision.matchedRuleIds,
    matched_control_ids: decision.matchedControlIds,
    policy_references: decision.policyReferences,
    step_up_timeout_seconds: decision.stepUpTimeoutSeconds,
  };
}
