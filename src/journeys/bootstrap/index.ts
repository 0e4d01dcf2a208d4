export { MDM_PROVIDERS, strayMembers } from '../mdm/index.js';
export { COMPLIANCE_PROFILES, SHADOW_ACTIONS } from './inputs.js';
export { readInputs } from './read-inputs.js';
export { runBootstrap, type StageName, type StageResult } from './run.js';
