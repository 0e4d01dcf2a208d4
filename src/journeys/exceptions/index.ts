export { ARTIFACT_COLUMNS, EXCEPTION_COLUMNS, EXCEPTION_STATES } from './columns.js';
export { policyChange, reviewBody } from './review.js';
