import type { Decision } from '../../engine/types.js';

/**
 * What a call gets when deciding itself failed. A recorded BLOCK, not an error status: to a client that opted into
 * fail-open a 5xx would mean "run the tool", and input that trips the engine must never have that effect.
 */
export function internalRefusal(): Decision {
  return {
    decision: 'BLOCK',
    shadowDecision: undefined,
    reasonCode: 'policy_evaluation_failed',
    reason: 'the call could not be evaluated and was refused',
    actionClass: 'execute',
    riskTier: 'high',
    riskScore: 100,
    violation: true,
    modifiedToolArgs: undefined,
    timeoutSeconds: undefined,
    matchedRuleIds: [],
    policyReferences: [],
    observed: [],
    flags: [],
  };
}
