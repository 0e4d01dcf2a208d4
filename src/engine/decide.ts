import { classifyTool } from './action-class.js';
import { combine, type Candidate } from './combine.js';
import { outsideIntent } from './intent.js';
import type { EngineReasonCode } from './reason-codes.js';
import { riskScore, riskTier, tierDecision } from './risk.js';
import { checkScope, outOfScopeDecision, outOfScopeReason } from './scope.js';
import { isStricter } from './strictness.js';
import type { BundleVerdict, Decision, EngineRequest, SessionFacts, TenantSnapshot } from './types.js';

/**
 * The decision on one call. Pure: the verdicts of the bundles come in, nothing is looked up. Observe mode
 * evaluates as block would and answers ALLOW. Source: sdk-behaviour section 7, `docs/policy-input.md`.
 */
export function decide(
  request: EngineRequest,
  snapshot: TenantSnapshot,
  session: SessionFacts,
  verdicts: readonly BundleVerdict[],
): Decision {
  const observing = request.mode === 'observe';
  const enforced: EngineRequest = observing ? { ...request, mode: 'block' } : request;
  const binding = verdicts.filter((verdict) => verdict.binding);
  const actionClass =
    binding.find((verdict) => verdict.actionClass !== undefined)?.actionClass ??
    classifyTool(request.toolName);
  const tier = riskTier(request.toolName, actionClass, snapshot);
  const scope = checkScope(enforced, snapshot);

  const policy = combine(binding, request.toolArgs);
  const scoped = applyScope(policy.candidate, enforced, scope, actionClass, session);
  const settled = standingRules(enforced, snapshot, tier).reduce(
    (strictest, each) => (isStricter(each.word, strictest.word) ? each : strictest),
    scoped,
  );
  const violation = settled.word === 'BLOCK' || settled.word === 'STEP_UP' || settled.word === 'DEFER';
  return {
    decision: observing ? 'ALLOW' : settled.word,
    shadowDecision: observing ? settled.word : undefined,
    reasonCode: settled.reasonCode,
    reason: settled.reason,
    actionClass,
    riskTier: tier,
    riskScore: riskScore(tier, scope.inScope, session),
    violation: violation && !observing,
    modifiedToolArgs: !observing && runsRewritten(settled.word) ? policy.modifiedToolArgs : undefined,
    timeoutSeconds: settled.timeoutSeconds,
    matchedRuleIds: settled.ruleIds,
    policyReferences: settled.references,
    observed: verdicts.filter((verdict) => !verdict.binding),
    flags: [...new Set(binding.flatMap((verdict) => verdict.flags ?? []))].sort(),
  };
}

/** Rules of the tenant that stand beside the bundles: session intent and risk tier. */
function standingRules(
  request: EngineRequest,
  snapshot: TenantSnapshot,
  tier: Decision['riskTier'],
): Candidate[] {
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

/**
 * In scope the bundles decide, and without an opinion of theirs the call is allowed. Out of scope, a rule that
 * names the tool replaces what the mode would do; any other rule can only make it stricter.
 */
function applyScope(
  policy: Candidate | undefined,
  request: EngineRequest,
  scope: ReturnType<typeof checkScope>,
  actionClass: Decision['actionClass'],
  session: SessionFacts,
): Candidate {
  if (scope.inScope)
    return (
      policy ?? scopeCandidate('ALLOW', 'in_approved_scope', `${request.toolName} is in the approved scope`)
    );
  if (policy?.namesTool === true) return policy;
  const word = outOfScopeDecision(request, actionClass, session);
  if (policy !== undefined && !isStricter(word, policy.word)) return policy;
  return scopeCandidate(word, 'tool_not_in_approved_scope', outOfScopeReason(request, scope.origin));
}

function scopeCandidate(word: Candidate['word'], reasonCode: EngineReasonCode, reason: string): Candidate {
  return {
    word,
    reasonCode,
    reason,
    ruleIds: ['scope'],
    references: [],
    namesTool: false,
    timeoutSeconds: undefined,
  };
}

/** A held call keeps its rewrite: once approved it must run with the rewritten arguments, not the original ones. */
function runsRewritten(word: Candidate['word']): boolean {
  return word === 'MODIFY' || word === 'STEP_UP';
}
