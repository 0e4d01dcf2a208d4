export { checkConfigs } from './check.js';
export { differences, differenceView } from './difference.js';
export { configFiles, givenRunFlags, runFlags, selectionOf, targetArgs, targetFlags } from './flags.js';
export { applyUnwrap, applyWrap, planUnwrap, planWrap, reportOf } from './plan.js';
export { reportRows, reportView } from './report.js';
export { makeWrapper, storeKey } from './wrapper.js';
