export { authoriseKey } from './authorise.js';
export { issueKey, storedKey } from './issue.js';
export { checkKeyFile, writeKeyFile } from './key-file.js';
export { rotatableKey, rotateKey, type NewApiKey } from './rotate.js';
export { PERMISSIONS, selectedScope } from './scope.js';
export { scopeFlags } from './scope-flags.js';
