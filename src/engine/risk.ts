import type { ActionClass, DecisionWord, RiskTier, SessionFacts, TenantSnapshot } from './types.js';

const TIER_OF_CLASS: Readonly<Record<ActionClass, RiskTier>> = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  delete: 'high',
  payment: 'critical',
};

const BASE_SCORE: Readonly<Record<RiskTier, number>> = { low: 10, medium: 35, high: 60, critical: 80 };

/** The tenant's override for the tool (with or without `tool_call:`), else the tier of its action class. */
export function riskTier(toolName: string, actionClass: ActionClass, snapshot: TenantSnapshot): RiskTier {
  const overrides = snapshot.toolRiskOverrides;
  for (const key of [toolName, `tool_call:${toolName}`]) {
    const tier = Object.hasOwn(overrides, key) ? overrides[key] : undefined;
    if (tier !== undefined) return tier;
  }
  return TIER_OF_CLASS[actionClass];
}

/** What the tenant's shadow policy asks for tools of the tier; undefined when it says nothing or `allow`. */
export function tierDecision(tier: RiskTier, snapshot: TenantSnapshot): DecisionWord | undefined {
  const action = snapshot.shadowPolicy[tier];
  if (action === 'block') return 'BLOCK';
  return action === 'step_up' ? 'STEP_UP' : undefined;
}

/**
 * 0 to 100: the tier's base, 15 for a call out of scope, 5 for each earlier violation of the session (at most
 * 20). Deterministic, so that a stored decision can be recomputed.
 */
export function riskScore(tier: RiskTier, inScope: boolean, session: SessionFacts): number {
  return Math.min(100, BASE_SCORE[tier] + (inScope ? 0 : 15) + Math.min(20, 5 * session.violations));
}
