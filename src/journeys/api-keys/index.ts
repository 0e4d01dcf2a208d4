export { checkKeyFile, writeKeyFile } from './key-file.js';
export { rotatableKey, rotateKey, type ApiKey, type NewApiKey } from './rotate.js';
export { PERMISSIONS, SCOPE_LEVELS, selectedScope, type KeyScope } from './scope.js';
export { scopeFlags } from './scope-flags.js';
export { KEY_COLUMNS } from './columns.js';
export { issueKey, storedKey } from './issue.js';
export { authoriseKey } from './authorise.js';
