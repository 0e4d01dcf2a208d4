export { readBody } from './body.js';
export { fullPath, rawCall, rawPages, readQuery } from './call.js';
