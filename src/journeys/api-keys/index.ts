export { authoriseKey } from './authorise.js';
export { createKeys } from './create.js';
export { storedKey } from './issue.js';
export { bulkFlags } from '../bulk/index.js';
export { checkKeyFile, writeKeyFile } from './key-file.js';
export { rotatableKey, rotateKey, type NewApiKey } from './rotate.js';
export { PERMISSIONS, selectedScope } from './scope.js';
export { scopeFlags } from './scope-flags.js';
