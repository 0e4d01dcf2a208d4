export { EXIT_CODES, type ExitName } from './exit-codes.js';
export { ThothctlError, usageError, type ErrorParts } from './thothctl-error.js';
