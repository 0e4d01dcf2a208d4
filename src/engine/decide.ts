import { classifyTool } from './action-class.js';
import { combine, type Candidate } from './combine.js';
import { waiversFor, type Waivers } from './exceptions/waivers.js';
import { judgeByPacks, packsFor, type PackJudgement } from './packs/judge.js';
import { mcpOpinion, type McpOpinion } from './mcp/opinion.js';
import type { LoadedPack } from './packs/pack.js';
import type { EngineReasonCode } from './reason-codes.js';
import { riskScore, riskTier } from './risk.js';
import { checkScope, outOfScopeDecision, outOfScopeReason, type ScopeFinding } from './scope.js';
import { standingRules } from './standing-rules.js';
import { isStopped, stoppedEndpoint } from './stopped-endpoint.js';
import { isStricter } from './strictness.js';
import type { BundleVerdict, Decision, EngineRequest, SessionFacts, TenantSnapshot } from './types.js';

/** A decision with everything that was weighed for it. */
export interface Weighed {
  readonly decision: Decision;
  readonly scope: ScopeFinding;
  readonly mcp: McpOpinion;
  /** Session intent and risk tier. */
  readonly standing: readonly Candidate[];
  readonly packs: readonly LoadedPack[];
  readonly judged: PackJudgement | undefined;
  readonly waivers: Waivers | undefined;
}

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
  if (isStopped(request, snapshot)) return stoppedEndpoint(request, snapshot);
  return weigh(request, snapshot, session, verdicts).decision;
}

/** The same for a call no quarantine stops, with what led to it. */
export function weigh(
  request: EngineRequest,
  snapshot: TenantSnapshot,
  session: SessionFacts,
  verdicts: readonly BundleVerdict[],
): Weighed {
  const observing = request.mode === 'observe';
  const enforced: EngineRequest = observing ? { ...request, mode: 'block' } : request;
  const binding = verdicts.filter((verdict) => verdict.binding);
  const actionClass =
    binding.find((verdict) => verdict.actionClass !== undefined)?.actionClass ??
    classifyTool(request.toolName);
  const tier = riskTier(request.toolName, actionClass, snapshot);
  const scope = checkScope(enforced, snapshot);

  const waivers = waiversFor(enforced, snapshot, binding);
  const opinions = waivers === undefined ? binding : binding.map((each) => waivers.remainder(each));
  const policy = combine(opinions, request.toolArgs);
  const scoped = applyScope(policy.candidate, enforced, scope, actionClass, session, waivers);

  const ownRisk = riskScore(tier, scope.inScope, session);
  const packs = packsFor(snapshot, request.agentId, request.environment);
  const judged = packs.length === 0 ? undefined : judgeByPacks(packs, enforced, actionClass, ownRisk);
  const mcp = mcpOpinion(request, snapshot);
  const standing = standingRules(enforced, snapshot, tier);
  const beside = [...mcp.candidates, ...standing, ...(judged?.candidates ?? [])];
  const strictest = (waivers?.without(beside) ?? beside).reduce(
    (found, each) => (isStricter(each.word, found.word) ? each : found),
    scoped,
  );
  const settled = waivers?.label(strictest) ?? strictest;
  const violation = settled.word === 'BLOCK' || settled.word === 'STEP_UP' || settled.word === 'DEFER';
  const decision: Decision = {
    decision: observing ? 'ALLOW' : settled.word,
    shadowDecision: observing ? settled.word : undefined,
    reasonCode: settled.reasonCode,
    reason: settled.reason,
    actionClass,
    inScope: scope.inScope,
    riskTier: tier,
    riskScore: judged?.riskScore ?? ownRisk,
    violation: violation && !observing,
    modifiedToolArgs: !observing && runsRewritten(settled.word) ? policy.modifiedToolArgs : undefined,
    timeoutSeconds: settled.timeoutSeconds,
    matchedRuleIds: settled.ruleIds,
    policyReferences: settled.references,
    observed: verdicts.filter((verdict) => !verdict.binding),
    flags: [...new Set([...mcp.flags, ...binding.flatMap((verdict) => verdict.flags ?? [])])].sort(),
  };
  return { decision, scope, mcp, standing, packs, judged, waivers };
}

/**
 * In scope the bundles decide, and without an opinion of theirs the call is allowed. Out of scope, a rule that
 * names the tool replaces what the mode would do; any other rule can only make it stricter.
 */
function applyScope(
  policy: Candidate | undefined,
  request: EngineRequest,
  scope: ScopeFinding,
  actionClass: Decision['actionClass'],
  session: SessionFacts,
  waivers: Waivers | undefined,
): Candidate {
  const allowed = (): Candidate =>
    policy ?? scopeCandidate('ALLOW', 'in_approved_scope', `${request.toolName} is in the approved scope`);
  if (scope.inScope) return allowed();
  if (policy?.namesTool === true) return policy;
  if (waivers?.cover(['scope']) === true) return allowed();
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
