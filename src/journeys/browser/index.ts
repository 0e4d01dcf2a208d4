export { defined, jsonObject } from '../json-object/index.js';
export { ENROLLMENT_COLUMNS, POLICY_COLUMNS, PROVIDER_COLUMNS } from './columns.js';
export {
  BROWSERS,
  ENROLLMENT_STATUSES,
  POLICY_MODES,
  PROVIDER_STATUSES,
  readConfig,
  upsertEnrollment,
  upsertPolicy,
  upsertProvider,
} from './upsert.js';
export { syncPolicies, syncView } from './sync.js';
