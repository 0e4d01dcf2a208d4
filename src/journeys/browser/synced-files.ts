import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, ThothctlError } from '../../errors/index.js';
import { replaceFile } from '../../output/index.js';
import { stateFolder } from '../state-folder.js';

/**
 * Files that syncs have written, path to the tenant they are of. Only these are ever replaced or removed. Kept apart from
 * the policies, because a browser reads every file of its folder.
 */
export type SyncedFiles = ReadonlyMap<string, string>;

const recordPath = (): string => join(stateFolder(), 'browser-sync.json');

export async function readSyncedFiles(): Promise<SyncedFiles> {
  const path = recordPath();
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (errorCode(cause) === 'ENOENT') return '{}';
    throw unreadable(path, cause);
  });
  try {
    const value: unknown = JSON.parse(text);
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return new Map(
      entries.flatMap(([file, tenant]): [string, string][] =>
        typeof tenant === 'string' ? [[file, tenant]] : [],
      ),
    );
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

export async function saveSyncedFiles(files: SyncedFiles): Promise<void> {
  const path = recordPath();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, `${JSON.stringify(Object.fromEntries(files), null, 2)}\n`, 0o600);
}

function unreadable(path: string, cause: unknown): ThothctlError {
  return new ThothctlError({
    code: 'sync_record_unreadable',
    message: `${path}, which lists the files written by earlier syncs, cannot be read`,
    exit: 'usage',
    fix: 'repair or remove it; files of earlier syncs then need --overwrite',
    cause,
  });
}
