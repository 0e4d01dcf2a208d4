export { bulkFlags } from '../bulk/index.js';
export { endpointFlags } from './flags.js';
export { registerEndpoints } from './register.js';
