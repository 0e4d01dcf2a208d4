import type { Candidate } from './combine.js';
import { outsideIntent } from './intent.js';
import { tierDecision } from './risk.js';
import type { EngineRequest, RiskTier, TenantSnapshot } from './types.js';

/** Rules of the tenant that stand beside the bundles: session intent and risk tier. */
export function standingRules(request: EngineRequest, snapshot: TenantSnapshot, tier: RiskTier): Candidate[] {
  const found: Candidate[] = [];
  if (outsideIntent(request, snapshot)) {
    found.push({
      word: 'STEP_UP',
      reasonCode: 'tool_outside_session_intent',
      reason: `${request.toolName} is not among the tools of the session intent ${request.sessionIntent}`,
      ruleIds: ['intent'],
      references: [],
      namesTool: false,
      timeoutSeconds: undefined,
    });
  }
  const word = tierDecision(tier, snapshot);
  if (word !== undefined) {
    found.push({
      word,
      reasonCode: word === 'BLOCK' ? 'risk_tier_blocked' : 'risk_tier_step_up',
      reason: `${request.toolName} is of the ${tier} risk tier, for which the tenant's shadow policy says ${word === 'BLOCK' ? 'block' : 'step_up'}`,
      ruleIds: ['risk-tier'],
      references: [],
      namesTool: false,
      timeoutSeconds: undefined,
    });
  }
  return found;
}
