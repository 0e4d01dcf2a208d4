import { randomBytes } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, ThothctlError } from '../errors/index.js';

/**
 * Replaces a file in one step, keeping its permissions.
 * @throws ThothctlError `file_not_written`; the old file is untouched then.
 */
export async function writeInPlace(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      () => 0o600,
    );
    await writeFile(draft, text, { mode, flag: 'wx' });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    const reason = errorCode(cause) ?? 'unknown error';
    throw new ThothctlError({
      code: 'file_not_written',
      message: `${path} could not be written (${reason}); it is as it was`,
      exit: 'usage',
      fix: 'check the permissions of the folder and the room on the disk',
      cause,
    });
  }
}
