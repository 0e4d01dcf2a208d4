export { POLICY_MODES } from './bundle.js';
export { pendingChanges } from './diff.js';
export { faultText } from './fault.js';
export { lintDirectory } from './lint.js';
export { comparePolicy, planPush, pushFailure, sendPush, type PushPlan } from './push.js';
export { bundleHistory, newestBundles } from './remote.js';
export { BUNDLE_COLUMNS, DIFF_COLUMNS, diffReport, diffRows } from './report.js';
export { readSyncStatus, syncExit, triggerSync, waitForSync } from './sync.js';
export { upsertBundle } from './upsert.js';
