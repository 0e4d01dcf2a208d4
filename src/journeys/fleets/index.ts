export { bulkFlags } from '../bulk/index.js';
export { fleetFlags } from './flags.js';
export { createFleets } from './create.js';
export { updateFleet } from './update.js';
