import { chmod, lstat } from 'node:fs/promises';
import { ThothctlError, usageError } from '../../errors/index.js';

/** Refuses a place where a key cannot be kept, before a key is issued. */
export async function checkKeyFile(path: string, force: boolean): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile()) throw usageError(`--key-file ${path} is not a regular file`, 'name a new file');
  if (!force) {
    throw usageError(
      `--key-file ${path} exists already`,
      'name a new file, or replace it with --overwrite-key-file',
    );
  }
}

/** Writes the key and a line end, whole or not at all, readable by its owner only. */
export async function writeKeyFile(path: string, key: string): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await writeFileAtomic(path, `${key}\n`, { mode: 0o600 });
    // An existing file keeps its old mode otherwise.
    await chmod(path, 0o600);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new ThothctlError({
      code: 'key_file_unwritable',
      message: `the key could not be written to ${path} (${reason})`,
      exit: 'usage',
      fix: 'name a file in a directory you may write to',
      cause,
    });
  }
}
