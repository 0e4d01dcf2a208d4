import { decide, weigh, type Weighed } from '../decide.js';
import { isStopped } from '../stopped-endpoint.js';
import type { BundleVerdict, Decision, EngineRequest, SessionFacts, TenantSnapshot } from '../types.js';
import { bundleSteps } from './bundle-steps.js';
import { standingSteps } from './standing-steps.js';

/** One step on the way to a decision. The words are the same wherever a decision is explained. */
export interface ExplainedStep {
  readonly step: string;
  /** A decision word, or a few plain words. */
  readonly outcome: string;
  readonly detail: string;
}

export interface ExplainedDecision {
  readonly decision: Decision;
  readonly steps: readonly ExplainedStep[];
}

/** What `decide` decides on the call, and step by step why. Pure, and made of what was weighed, not of a second opinion. */
export function explainDecision(
  request: EngineRequest,
  snapshot: TenantSnapshot,
  session: SessionFacts,
  verdicts: readonly BundleVerdict[],
): ExplainedDecision {
  if (isStopped(request, snapshot)) {
    const decision = decide(request, snapshot, session, verdicts);
    const step = { step: 'quarantine', outcome: decision.decision, detail: decision.reason };
    return { decision, steps: [callStep(request, decision), step, lastStep(decision)] };
  }
  const weighed = weigh(request, snapshot, session, verdicts);
  const { decision } = weighed;
  return {
    decision,
    steps: [
      callStep(request, decision),
      ...bundleSteps(snapshot, request.agentId, verdicts),
      scopeStep(weighed),
      ...standingSteps(request, snapshot, weighed),
      ...observeStep(decision),
      lastStep(decision),
    ],
  };
}

function callStep(
  { agentId, toolName, mode }: EngineRequest,
  { actionClass, riskTier }: Decision,
): ExplainedStep {
  const detail = `${agentId} calls ${toolName} (${actionClass}, risk tier ${riskTier})`;
  return { step: 'the call', outcome: `mode ${mode}`, detail };
}

const ORIGIN = {
  caller: 'by the caller',
  server: 'by the scope set for the agent',
  none: 'no scope is set for the agent',
} as const;

function scopeStep({ scope }: Weighed): ExplainedStep {
  const what = scope.inScope
    ? 'the bundles decide; without an opinion of theirs the call is allowed'
    : 'the mode decides, unless a rule names the tool; any other rule can only make it stricter';
  return {
    step: 'approved scope',
    outcome: scope.inScope ? 'in scope' : 'out of scope',
    detail: `${ORIGIN[scope.origin]}: ${what}`,
  };
}

function observeStep({ shadowDecision }: Decision): ExplainedStep[] {
  if (shadowDecision === undefined) return [];
  return [
    { step: 'observe mode', outcome: 'ALLOW', detail: `decided ${shadowDecision}, which is only reported` },
  ];
}

function lastStep({ decision, reason, reasonCode }: Decision): ExplainedStep {
  return { step: 'decision', outcome: decision, detail: `${reason} (${reasonCode})` };
}
