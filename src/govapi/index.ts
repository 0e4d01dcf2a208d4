export {
  createGovApi,
  type CallOptions,
  type Credential,
  type GovApi,
  type GovApiOptions,
  type RawOptions,
  type StreamItem,
  type StreamOptions,
  type Trace,
  type TraceEvent,
} from './client.js';
export { byOffset, byPage, bySequence, type Page } from './paging.js';
export { parseBaseUrl } from './base-url.js';
export { isLoopback } from './loopback.js';
