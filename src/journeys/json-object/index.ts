export { bodyFile } from './body.js';
export { defined } from './defined.js';
export { jsonObject, jsonObjectFile } from './read.js';
