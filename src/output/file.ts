import { randomBytes } from 'node:crypto';
import { appendFile, chmod, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, ThothctlError } from '../errors/index.js';
import type { Sink } from './writer.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
};

function writeFailure(path: string, error: unknown): ThothctlError {
  const code = errorCode(error) ?? 'EIO';
  return new ThothctlError({
    code: 'output_not_written',
    message: `Cannot write ${path}: ${REASONS[code] ?? code}.`,
    exit: code === 'ENOSPC' || code === 'EIO' ? 'unexpected' : 'usage',
    fix: 'Choose another place with --output; nothing was left half-written.',
    cause: error,
  });
}

/**
 * Replaces a file in one step: a reader sees the old content or the new, never a part. The mode of an existing file
 * is kept; a new file gets `mode`.
 *
 * @throws ThothctlError `output_not_written`; the old file is untouched then.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) throw Object.assign(new TypeError('is a directory'), { code: 'EISDIR' });
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (existing) await chmod(temporary, existing.mode & 0o7777);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeFailure(path, error);
  }
}

/** A file that grows row by row, for live streams: it starts empty and holds whole rows at any moment. */
export function growingFile(path: string): Sink {
  let started = false;
  return {
    async write(text) {
      try {
        await (started ? appendFile : writeFile)(path, text);
        started = true;
      } catch (error) {
        throw writeFailure(path, error);
      }
    },
  };
}
