import { chmod, lstat } from 'node:fs/promises';
import { usageError } from '../../errors/index.js';
import { replaceFile } from '../../output/index.js';

/** Refuses a place where a key cannot be kept, before a key is issued. */
export async function checkKeyFile(path: string, overwrite: boolean, flag = '--key-file'): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile()) throw usageError(`${flag} ${path} is not a regular file`, 'name a new file');
  if (!overwrite) {
    throw usageError(
      `${flag} ${path} exists already`,
      'name a new file, or use --overwrite-key-file where there is one',
    );
  }
}

/** Writes the key and a line end, whole or not at all, readable by its owner only. */
export async function writeKeyFile(path: string, key: string): Promise<void> {
  // An existing file keeps its mode when it is replaced, so it is closed to others before the key goes in.
  await chmod(path, 0o600).catch(() => undefined);
  await replaceFile(path, `${key}\n`, 0o600);
}
