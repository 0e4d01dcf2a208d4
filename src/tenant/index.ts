export { applyChanges } from './apply.js';
export { secretsLeft, type Change } from './changes.js';
export { exportTenant } from './export.js';
export { SECTIONS, type SectionName, type TenantApi } from './kinds/kind.js';
export { planTenant } from './plan.js';
export { readTenantFile, type TenantFile } from './read.js';
export { readSavedPlan, requireUnchanged, savedPlan } from './saved-plan.js';
export { changesText } from './view.js';
