import { classifyTool } from './action-class.js';
import type { EngineReasonCode } from './reason-codes.js';
import { riskTier } from './risk.js';
import type { Decision, EngineRequest, TenantSnapshot } from './types.js';

/** The call names an endpoint that is quarantined. */
export function isStopped(request: EngineRequest, snapshot: TenantSnapshot): boolean {
  return request.endpointId !== undefined && snapshot.quarantinedEndpoints.has(request.endpointId);
}

/**
 * A quarantine is a safety stop by a person, not a policy on trial: it binds in observe mode too, and no rule, scope or
 * approval outweighs it.
 */
export function stoppedEndpoint(request: EngineRequest, snapshot: TenantSnapshot): Decision {
  const actionClass = classifyTool(request.toolName);
  const reasonCode: EngineReasonCode = 'endpoint_quarantined';
  return {
    decision: 'BLOCK',
    shadowDecision: undefined,
    reasonCode,
    reason: `the endpoint ${request.endpointId} is quarantined`,
    actionClass,
    riskTier: riskTier(request.toolName, actionClass, snapshot),
    riskScore: 100,
    violation: true,
    modifiedToolArgs: undefined,
    timeoutSeconds: undefined,
    matchedRuleIds: ['quarantine'],
    policyReferences: [],
    observed: [],
    flags: [],
  };
}
