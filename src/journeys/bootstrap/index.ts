export { MDM_PROVIDERS } from '../mdm/index.js';
export { COMPLIANCE_PROFILES, SHADOW_ACTIONS, type BootstrapInputs } from './inputs.js';
export { readInputs, type BootstrapFlags } from './read-inputs.js';
export { runBootstrap, type BootstrapReport, type StageName, type StageResult } from './run.js';
