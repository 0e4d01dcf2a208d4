export { readApproval, type Approval } from './read.js';
export { resolveApproval, verdictText, type Verdict } from './resolve.js';
export { APPROVAL_COLUMNS, approvalView } from './view.js';
export { waitForVerdict } from './wait.js';
export { watchHolds, type HoldChoice } from './watch.js';
