import type { DecisionType, JsonObject } from '../vocabulary.js';
import { own, readMembers } from './members.js';
import { readDecision, saidWords, strictest, type EnforcementDecision } from './read.js';
import { readWord, type Said } from './words.js';

/**
 * Reads the body of a hold poll. Undefined while the hold is pending. Source: SDK behaviour 6, rules 4 and 5:
 * `resolution` counts only on a resolved hold and beats a stale STEP_UP; of two final words the stricter wins;
 * a resolved hold without a word we know is a BLOCK.
 */
export function readHoldReply(reply: JsonObject): EnforcementDecision | undefined {
  const resolved = own(reply, 'resolved') === true;
  const words: Exclude<Said, undefined>[] = saidWords(reply).filter((word) => word !== 'STEP_UP');
  if (!resolved) {
    const final = words.filter((word) => word !== 'unknown');
    return final.length === 0 ? undefined : withOutcome(reply, strictest(final) ?? 'BLOCK');
  }
  const resolution = readWord(own(reply, 'resolution'));
  if (resolution !== undefined && resolution !== 'STEP_UP') words.push(resolution);
  return withOutcome(reply, strictest(words) ?? 'BLOCK', words.length === 0);
}

function withOutcome(reply: JsonObject, outcome: DecisionType, unknown = false): EnforcementDecision {
  const members = readMembers(reply, () => undefined);
  const { shadowDecision } = readDecision(reply).decision;
  return {
    ...members,
    decision: outcome,
    ...(unknown && members.decisionReasonCode === undefined
      ? { decisionReasonCode: 'unknown_decision' }
      : {}),
    ...(shadowDecision === undefined ? {} : { shadowDecision }),
  };
}
