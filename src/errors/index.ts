export { errorCode } from './error-code.js';
export { EXIT_CODES, type ExitName } from './exit-codes.js';
export { ThothctlError, usageError } from './thothctl-error.js';
export { jsonFault } from './json-fault.js';
export { parseJson } from './parse-json.js';
