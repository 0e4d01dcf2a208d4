export { readApproval, isDead, type Approval } from './read.js';
export { resolveApproval, type Resolved, type Verdict } from './resolve.js';
export { waitForVerdict } from './wait.js';
export { APPROVAL_COLUMNS, approvalView } from './view.js';
export { watchHolds, type HoldChoice } from './watch.js';
