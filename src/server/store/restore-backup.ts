import { chmod, copyFile, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode, ThothctlError } from '../../errors/index.js';
import { dataLayout, isVacant } from './data-directory.js';
import { refuseNewer, schemaVersion } from './migrations/index.js';
import { syncFolder, writePrivateKey } from './signing-key-files.js';
import { openSqlite, type SqliteDatabase } from './sqlite-driver.js';

/**
 * Makes a data directory of a backup file. The directory must not exist or be empty (`data_directory_not_empty`); it
 * appears complete or not at all. Throws `backup_invalid` for anything that is not a backup of this product.
 */
export async function restoreBackup(file: string, dataDir: string): Promise<void> {
  const target = resolve(dataDir);
  if (!(await isVacant(target))) {
    throw new ThothctlError({
      code: 'data_directory_not_empty',
      message: `${target} is not an empty directory; a restore never overwrites data`,
      exit: 'conflict',
      fix: 'restore into a new directory with --data DIR',
    });
  }
  const staging = `${target}.restore-${process.pid}`;
  const layout = dataLayout(staging);
  try {
    await mkdir(layout.keys, { recursive: true, mode: 0o700 });
    await chmod(staging, 0o700);
    await copyBackup(file, layout.database);
    await unpackKeys(file, layout.database, layout.keys);
    await rmdir(target).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
    await rename(staging, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

async function copyBackup(file: string, database: string): Promise<void> {
  try {
    await copyFile(file, database);
    await chmod(database, 0o600);
  } catch (cause) {
    throw invalid(file, `it cannot be copied: ${errorCode(cause) ?? 'unknown error'}`, cause);
  }
}

async function unpackKeys(file: string, databaseFile: string, keysFolder: string): Promise<void> {
  const database = await openSqlite(databaseFile);
  try {
    for (const key of backupKeys(database, file))
      await writePrivateKey(keysFolder, key.key_id, key.private_key);
    // Zeroes the pages: afterwards the database alone can verify but not sign.
    database.exec('PRAGMA secure_delete = ON');
    database.exec('DROP TABLE backup_keys');
  } finally {
    database.close();
  }
}

function backupKeys(database: SqliteDatabase, file: string): { key_id: string; private_key: string }[] {
  try {
    refuseNewer(database, file);
    if (schemaVersion(database) === 0) throw invalid(file, 'it has no schema version');
    const check = database.prepare('PRAGMA quick_check(1)').get();
    if (typeof check !== 'object' || check === null || !Object.values(check).includes('ok')) {
      throw invalid(file, 'the database in it is damaged');
    }
    const rows = database.prepare('SELECT key_id, private_key FROM backup_keys').all();
    const keys = rows.filter(isBackupKey);
    if (keys.length === 0) throw invalid(file, 'it holds no signing key');
    return keys;
  } catch (error) {
    if (error instanceof ThothctlError) throw error;
    throw invalid(file, error instanceof Error ? error.message : 'unknown error', error);
  }
}

/** The id becomes a file name, and the file comes from outside: nothing but the ids we make is accepted. */
function isBackupKey(row: unknown): row is { key_id: string; private_key: string } {
  return (
    typeof row === 'object' &&
    row !== null &&
    'key_id' in row &&
    typeof row.key_id === 'string' &&
    /^ed25519-[0-9a-f]{16}$/.test(row.key_id) &&
    'private_key' in row &&
    typeof row.private_key === 'string'
  );
}

function invalid(file: string, why: string, cause?: unknown): ThothctlError {
  return new ThothctlError({
    code: 'backup_invalid',
    message: `${file} is not a usable backup: ${why}`,
    exit: 'usage',
    fix: 'name a file written by: thothctl server backup',
    cause,
  });
}
