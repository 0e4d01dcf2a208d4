export { createGovApi, type GovApi, type GovApiOptions, type TraceEvent } from './client.js';
