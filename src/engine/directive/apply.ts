import type { PolicyInput } from '../input/build.js';
import { sensitivityRank } from '../sensitivity.js';
import { namesTool } from '../tool-name.js';
import type { Hit } from '../verdict/hit.js';
import type { Directive } from './parse.js';

/** The directives whose conditions all hold for the call. */
export function applyDirectives(directives: readonly Directive[], input: PolicyInput): Hit[] {
  if (directives.length === 0) return [];
  return directives
    .filter((each) => holds(each, input))
    .map((each) => ({
      effect: each.effect,
      ruleId: `thoth_rule:${each.line}`,
      reason: each.reason,
      namesTool: each.actionPrefix !== undefined && namesTool(each.actionPrefix, input.tool.name),
    }));
}

function holds(directive: Directive, input: PolicyInput): boolean {
  const { actionPrefix, purpose, minSensitivity, minBehavioralScore } = directive;
  if (actionPrefix !== undefined && !input.action.startsWith(actionPrefix)) return false;
  if (purpose !== undefined && input.context.purpose !== purpose) return false;
  if (minSensitivity !== undefined && input.context.sensitivity_level < sensitivityRank(minSensitivity))
    return false;
  return minBehavioralScore === undefined || input.moses_metrics.behavioral_score >= minBehavioralScore;
}
