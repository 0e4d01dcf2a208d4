export { POLICY_MODES } from './bundle.js';
export { AGENT_COLUMNS, agentRows, checkAgent } from './check-agent/index.js';
export { applySteps } from './change/apply.js';
export { comparePolicy, planPush, type PushPlan } from './change/plan.js';
export { planPromotion, planRollback } from './change/plan-copies.js';
export { readPlan, requireUnmoved, savedPlan, writePlan } from './change/plan-file.js';
export { readProvenance } from './change/provenance.js';
export { pendingChanges } from './diff.js';
export { detailChanges } from './difference/detail.js';
export { faultText } from './fault.js';
export { lintDirectory, lintForms, lintSummary } from './lint/index.js';
export { bundleHistory, newestBundles } from './remote.js';
export { pullPolicy } from './pull/index.js';
export {
  BUNDLE_COLUMNS,
  COPY_COLUMNS,
  copyRows,
  differenceForms,
  diffReport,
  HISTORY_COLUMNS,
  historyRows,
} from './report.js';
export { readSyncStatus, syncAndWait, syncExit, triggerSync, waitForSync } from './sync.js';
export { upsertBundle } from './upsert.js';
export {
  PolicyWatch,
  TEST_COLUMNS,
  testForms,
  testPolicy,
  testRows,
  testSummary,
  type TestReport,
} from './testing/index.js';
export {
  notEvaluated,
  SIMULATION_COLUMNS,
  simulatePolicy,
  simulationForms,
  simulationRows,
  simulationSummary,
} from './simulate/index.js';
export { explainCall, explainOnServer, type AskedOfServer } from './explain/index.js';
export { compileTemplates } from './templates/index.js';
