export { explainCall } from './local.js';
export { explainOnServer, type AskedOfServer } from './on-server.js';
