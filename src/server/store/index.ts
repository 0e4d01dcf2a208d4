export { backupDataDirectory, openStore, type StoreOptions } from './open-store.js';
export { StoreConflict, type Committed, type Store, type StoredKey, type WriteUnit } from './port.js';
export { restoreBackup } from './restore-backup.js';
export type { Database } from './schema.js';
export { evidenceHash, evidenceIndex, preparedInsert } from './statements.js';
