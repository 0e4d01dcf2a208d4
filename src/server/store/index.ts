export { backupDataDirectory, openStore } from './open-store.js';
export { StoreConflict, type Store } from './port.js';
export { restoreBackup } from './restore-backup.js';
export { evidenceHash, evidenceIndex, preparedInsert } from './statements.js';
