import type { EnforcementDecision } from './decision/read.js';
import type { Explainer } from './explanation.js';
import { ThothDeferredError, ThothPolicyViolation } from './errors.js';
import type { RefusalSource } from './vocabulary.js';

/** Why a call does not run. `code` wins over the reason code of the decision. */
export interface Refusal {
  readonly source: RefusalSource;
  readonly reason: string;
  readonly code?: string;
  readonly decision?: EnforcementDecision;
}

/** The error of a refusal, with everything the enforcer said about it. */
export function refusal(toolName: string, why: Refusal, explain?: Explainer): ThothPolicyViolation {
  const kind = why.source === 'deferred' ? ThothDeferredError : ThothPolicyViolation;
  const { decision, ...details } = why.decision ?? { decision: 'BLOCK' };
  const code = why.code ?? why.decision?.decisionReasonCode;
  return new kind(toolName, why.reason, why.decision?.violationId, {
    ...details,
    source: why.source,
    authorizationDecision: why.source === 'deferred' ? 'DEFER' : decision === 'STEP_UP' ? 'STEP_UP' : 'BLOCK',
    ...(code === undefined ? {} : { decisionReasonCode: code }),
    ...(explain === undefined ? {} : { explain }),
  });
}
