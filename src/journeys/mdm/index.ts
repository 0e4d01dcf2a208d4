export { readMdmConfig } from './config-file.js';
export { strayMembers } from './config-members.js';
export { MDM_PROVIDERS, upsertProvider, type MdmProviderName } from './provider.js';
export { jobExit, startSync, waitForJob } from './sync-job.js';
export { JOB_COLUMNS, jobView } from './view.js';
