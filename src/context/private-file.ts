import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, ThothctlError, usageError } from '../errors/index.js';

/** Far above any token; keeps a mistaken path from being read into memory. */
const LONGEST_SECRET = 64 * 1024;

/** Replaces a file in one step, readable by its owner alone. @throws ThothctlError `file_not_written`. */
export async function replacePrivateFile(path: string, content: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new ThothctlError({
      code: 'file_not_written',
      message: `Cannot write ${path} (${errorCode(cause) ?? 'unknown error'}); what was there is unchanged.`,
      exit: 'usage',
      fix: 'Check the permissions and the free space, or choose another folder with THOTHCTL_CONFIG_DIR.',
      cause,
    });
  }
}

/**
 * Content of a file; undefined when there is none. Synchronous on purpose: every command reads two such files, of a few
 * hundred bytes, and loading `fs/promises` alone costs more than reading them. @throws ThothctlError `file_unreadable`. */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const errno = errorCode(cause);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    throw new ThothctlError({
      code: 'file_unreadable',
      message: `Cannot read ${path} (${errno ?? 'unknown error'}).`,
      exit: 'usage',
      fix: 'Check its permissions.',
      cause,
    });
  }
}

/** A secret kept in a file, with a warning when other users may read it; undefined when there is no such file. */
export async function readSecretFile(
  path: string,
): Promise<{ readonly secret: string; readonly warning: string | undefined } | undefined> {
  const text = await readTextFile(path);
  if (text === undefined) return undefined;
  if (text.length > LONGEST_SECRET)
    throw usageError(
      `${path} is too large to be a credential.`,
      'Name the file that holds the token or key.',
    );
  const secret = text.trim();
  if (secret === '') throw usageError(`${path} is empty.`, 'Name the file that holds the token or key.');
  return { secret, warning: await permissionWarning(path) };
}

async function permissionWarning(path: string): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const { mode } = statSync(path);
  if ((mode & 0o077) === 0) return undefined;
  return `${path} can be read by other users of this machine; protect it with: chmod 600 ${path}`;
}
