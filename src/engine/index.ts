/** The decision engine as the rest of the product sees it. The worker pool is in `pool/index.js`. */
export { bundlesFor } from './assignment.js';
export { classifyTool } from './action-class.js';
export { decide } from './decide.js';
export { buildPolicyInput, type PolicyInput } from './input/build.js';
export { isSecretKey, redactInput } from './input/redact.js';
export { lintPolicy } from './lint.js';
export { REASON_CODES, type EngineReasonCode } from './reason-codes.js';
export { isStricter, STRICTEST_FIRST } from './strictness.js';
