/** The decision engine as the rest of the product sees it. The worker pool is in `pool/index.js`. */
export { decide } from './decide.js';
export { explainDecision, type ExplainedStep } from './explain/explain.js';
export { presentExplanation, recordedSteps, type Explanation } from './explain/explanation.js';
export { nestingOf } from './heaviest-part.js';
export { buildPolicyInput } from './input/build.js';
export { isSecretKey, redactInput } from './input/redact.js';
export { lintPolicies, lintPolicy } from './lint.js';
export { policyRules } from './rules.js';
export { isStricter, STRICTEST_FIRST } from './strictness.js';
export { readPolicyInput, requestOf } from './input/recorded.js';
