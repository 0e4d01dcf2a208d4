export { EXIT_CODES, type ExitName } from './exit-codes.js';
export { ThothctlError, usageError } from './thothctl-error.js';
export { jsonFault, type JsonFault } from './json-fault.js';
