export { TEST_COLUMNS, testForms, testRows, testSummary } from './forms.js';
export { testPolicy, type TestReport } from './run.js';
export { PolicyWatch } from './watch.js';
