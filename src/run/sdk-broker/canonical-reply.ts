import type { EnforcementDecision } from '../../sdk/decision/read.js';
import type { JsonObject } from '../../sdk/vocabulary.js';

/**
 * A decision in the form that no SDK misreads: both words the same canonical one, and none of the replies that
 * make an older SDK run the tool (STEP_UP without a hold, MODIFY without arguments).
 */
export function canonicalReply(raw: JsonObject, decision: EnforcementDecision): JsonObject {
  const broken = brokenPromise(decision);
  // Whoever stands in front of the child's client was asked nothing: only the run itself may ask.
  const { authorizationDecision: _camel, self_approval: _offer, selfApproval: _offered, ...rest } = raw;
  const present = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  if (broken === undefined) {
    return {
      ...present,
      decision: decision.decision,
      authorization_decision: decision.decision,
      ...(decision.decisionReasonCode === undefined
        ? {}
        : { decision_reason_code: decision.decisionReasonCode }),
    };
  }
  return { ...present, ...refusalReply(broken.code, broken.reason) };
}

/** A refusal of our own in the shape of a decision. */
export function refusalReply(code: string, reason: string): JsonObject {
  return { decision: 'BLOCK', authorization_decision: 'BLOCK', decision_reason_code: code, reason };
}

function brokenPromise(decision: EnforcementDecision): { code: string; reason: string } | undefined {
  if (decision.decision === 'STEP_UP' && (decision.holdToken ?? '').trim() === '') {
    return { code: 'hold_token_missing', reason: 'the policy asked for approval but gave no hold' };
  }
  if (decision.decision === 'MODIFY' && Object.keys(decision.modifiedToolArgs ?? {}).length === 0) {
    return { code: 'modify_not_applicable', reason: 'the policy asked for changed arguments but gave none' };
  }
  return undefined;
}
