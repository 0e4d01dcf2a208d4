export { restoreServer } from './restore.js';
export { startLocalServer } from './start.js';
export { serverStatus } from './status.js';
