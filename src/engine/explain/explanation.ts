import { redactInput } from '../input/redact.js';
import { buildPolicyInput } from '../input/build.js';
import { isJsonObject } from '../json-object.js';
import type { EngineRequest, SessionFacts } from '../types.js';
import type { ExplainedDecision, ExplainedStep } from './explain.js';

/** An explanation as commands and the control plane show it. */
export interface Explanation {
  readonly tool: string;
  readonly agent: string;
  readonly decision: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly matched_rule_ids: string[];
  readonly steps: ExplainedStep[];
  /** What the policies saw; values under names that look secret are left out. */
  readonly input: { readonly [member: string]: unknown };
}

/** `before` are steps that precede the call, such as what was decided when it was recorded. */
export function presentExplanation(
  { decision, steps }: ExplainedDecision,
  request: EngineRequest,
  session: SessionFacts,
  before: readonly ExplainedStep[] = [],
): Explanation {
  const input = redactInput(buildPolicyInput(request, session));
  return {
    tool: request.toolName,
    agent: request.agentId,
    decision: decision.decision,
    reason_code: decision.reasonCode,
    reason: decision.reason,
    matched_rule_ids: [...decision.matchedRuleIds],
    steps: [...before, ...steps],
    input: isJsonObject(input) ? input : {},
  };
}

interface RecordedDecision {
  readonly chainIndex: number;
  readonly decision: string;
  readonly reasonCode: string;
  readonly matchedRuleIds: readonly string[];
}

/** How a call was decided when it was recorded, before `decider` explains it anew from the input that was kept. */
export function recordedSteps(record: RecordedDecision, input: unknown, decider: string): ExplainedStep[] {
  const step = `record ${record.chainIndex}`;
  const rules = record.matchedRuleIds.join(', ') || 'no rule';
  const then = {
    step,
    outcome: record.decision,
    detail: `decided then by ${rules} (${record.reasonCode}); below is what ${decider} decides`,
  };
  if (!JSON.stringify(input).includes('"[redacted]"')) return [then];
  const detail =
    'values under names that look secret were not kept; a policy that reads one sees "[redacted]"';
  return [then, { step, outcome: 'redacted', detail }];
}
