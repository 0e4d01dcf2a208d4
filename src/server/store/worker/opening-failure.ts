import { errorCode, ThothctlError } from '../../../errors/index.js';
import { dataLayout, unusable } from '../data-directory.js';
import { environmentFault, sqliteCode } from './fault.js';

const SQLITE_CORRUPT = 11;
const SQLITE_NOT_A_DATABASE = 26;

/** What stopped the opening of a data directory. A full or read-only disk is no damage: nothing has to be restored. */
export function openingFailure(root: string, error: unknown): unknown {
  if (error instanceof ThothctlError) return error;
  const code = sqliteCode(error);
  if (code === undefined) return errorCode(error)?.startsWith('E') === true ? unusable(root, error) : error;
  const environment = environmentFault(error);
  if (environment === undefined || code === SQLITE_CORRUPT || code === SQLITE_NOT_A_DATABASE) {
    return damaged(dataLayout(root).database, error);
  }
  return unusable(
    root,
    error,
    environment.code === 'storage_full' ? 'the disk is full' : environment.message,
  );
}

function damaged(database: string, cause: unknown): ThothctlError {
  return new ThothctlError({
    code: 'data_directory_damaged',
    message: `${database} cannot be opened as a database: ${cause instanceof Error ? cause.message : 'unknown'}`,
    exit: 'unexpected',
    fix: 'restore a backup into another directory with: thothctl server restore',
    cause,
  });
}
