export { lintForms, lintSummary } from './forms.js';
export { lintDirectory } from './report.js';
