export { bulkFlags, strayFlags, type FromFile } from './flags.js';
export { runBulk, type BulkPorts, type SendableFamily } from './run.js';
