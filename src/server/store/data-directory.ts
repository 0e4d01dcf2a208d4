import { chmod, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, ThothctlError } from '../../errors/index.js';

/** Where everything of one installation lies. Others may keep files of their own beside these. */
export interface DataLayout {
  readonly root: string;
  readonly database: string;
  /** Held locked by the one writing process; content without meaning. */
  readonly lock: string;
  /** Names the holder of the lock. A file of its own: closing any handle on a locked file would drop POSIX locks. */
  readonly owner: string;
  readonly keys: string;
}

export function dataLayout(root: string): DataLayout {
  return {
    root,
    database: join(root, 'thoth.db'),
    lock: join(root, 'lock.db'),
    owner: join(root, 'owner.json'),
    keys: join(root, 'keys'),
  };
}

/** Creates the directory (mode 0700) and its database file (0600), or checks that an existing one can be used. */
export async function prepareDataDirectory(layout: DataLayout): Promise<void> {
  try {
    await mkdir(layout.root, { recursive: true, mode: 0o700 });
    // An empty directory the user made for us gets the same protection; one in use keeps what its owner chose.
    if ((await readdir(layout.root)).length === 0) await chmod(layout.root, 0o700);
    await mkdir(layout.keys, { recursive: true, mode: 0o700 });
    for (const file of [layout.database, layout.lock]) await createPrivate(file);
  } catch (error) {
    throw unusable(layout.root, error);
  }
}

/** SQLite gives its side files the mode of the database file, so creating that one with 0600 protects all. */
async function createPrivate(file: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  await handle.close();
}

/** True when the path does not exist or is a directory without entries. */
export async function isVacant(root: string): Promise<boolean> {
  try {
    if (!(await stat(root)).isDirectory()) return false;
    return (await readdir(root)).length === 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw unusable(root, error);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  EROFS: 'it cannot be written',
  EACCES: 'it cannot be written',
  EPERM: 'it cannot be written',
  ENOTDIR: 'it, or a part of its path, is not a directory',
  EEXIST: 'it, or a part of its path, is not a directory',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file system allows no larger files',
};

/** A failed access to the data directory in words for its owner; `why` stands in for a code that says too little. */
export function unusable(root: string, error: unknown, why?: string): ThothctlError {
  const code = errorCode(error) ?? '';
  const cause =
    why ?? (Object.hasOwn(CAUSES, code) ? CAUSES[code] : `the file system says ${code === '' ? 'no' : code}`);
  const full = code === 'ENOSPC' || code === 'EDQUOT' || why === CAUSES['ENOSPC'];
  return new ThothctlError({
    code: 'data_directory_unusable',
    message: `the data directory ${root} cannot be used: ${cause}`,
    exit: 'usage',
    fix: full
      ? 'free space on that disk, or choose a directory on another one with --data DIR'
      : 'choose a writable directory with --data DIR',
    cause: error,
  });
}
