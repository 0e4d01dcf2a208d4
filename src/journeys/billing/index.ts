export { downloadStatement } from './download.js';
