export { applyPacks } from './apply.js';
export { PACK_STATE_COLUMNS, packStates } from './runtime-status.js';
