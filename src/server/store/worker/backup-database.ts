import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, ThothctlError } from '../../../errors/index.js';
import { dataLayout } from '../data-directory.js';
import { readPrivateKey, syncFolder } from '../signing-key-files.js';
import { openSqlite } from '../sqlite-driver.js';
import { storedKeys } from '../stored-keys.js';
import { environmentFault } from './fault.js';

/**
 * One self-contained SQLite file of mode 0600: a consistent snapshot plus the private keys in `backup_keys`. Works
 * beside a running writer, because it only reads. The name appears when the content is complete and durable.
 */
export async function backupDatabase(root: string, file: string): Promise<void> {
  const layout = dataLayout(root);
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.partial`);
  await refuseExisting(file);
  try {
    // SQLite accepts an existing file as target when it is empty; creating it first fixes the mode.
    await (await open(draft, 'wx', 0o600)).close();
    const source = await openSqlite(layout.database, { readOnly: true });
    try {
      source.prepare('VACUUM INTO ?').run(draft);
    } finally {
      source.close();
    }
    await addKeys(draft, layout.keys);
    const handle = await open(draft, 'r+');
    await handle.sync();
    await handle.close();
    await rename(draft, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(draft, { force: true });
    throw error instanceof ThothctlError ? error : backupFailed(file, error);
  }
}

async function addKeys(draft: string, keysFolder: string): Promise<void> {
  const copy = await openSqlite(draft);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
    copy.exec('CREATE TABLE backup_keys (key_id TEXT NOT NULL PRIMARY KEY, private_key TEXT NOT NULL)');
    const insert = copy.prepare('INSERT INTO backup_keys (key_id, private_key) VALUES (?, ?)');
    const retired = new Set(
      storedKeys(copy)
        .filter((key) => key.retiredAt !== null)
        .map((key) => key.keyId),
    );
    for (const name of await readdir(keysFolder)) {
      const keyId = /^(.+)\.pem$/.exec(name)?.[1];
      if (keyId !== undefined && !retired.has(keyId))
        insert.run(keyId, await readPrivateKey(keysFolder, keyId));
    }
  } finally {
    copy.close();
  }
}

async function refuseExisting(file: string): Promise<void> {
  try {
    await (await open(file, 'r')).close();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw backupFailed(file, error);
  }
  throw new ThothctlError({
    code: 'backup_exists',
    message: `${file} already exists; a backup never overwrites a file`,
    exit: 'usage',
    fix: 'name a new file',
  });
}

function backupFailed(file: string, cause: unknown): ThothctlError {
  const full = environmentFault(cause)?.code === 'storage_full' || errorCode(cause) === 'ENOSPC';
  if (full)
    return new ThothctlError({
      code: 'storage_full',
      message: 'the disk that holds the data directory has no room for a backup',
      exit: 'unavailable',
      fix: 'free space on it and repeat the backup',
    });
  return new ThothctlError({
    code: 'backup_failed',
    message: `the backup ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    exit: 'unexpected',
    fix: 'check that the folder exists, is writable and has space',
    cause,
  });
}
