export { checkKeyFile, writeKeyFile } from './key-file.js';
export { rotatableKey, rotateKey, type ApiKey, type NewApiKey } from './rotate.js';
