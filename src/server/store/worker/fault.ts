import { ThothctlError } from '../../../errors/index.js';
import { StoreConflict } from '../port.js';
import type { Fault } from './protocol.js';

const CONSTRAINT = 19;
/** Conditions of the machine, not of the statement: after one of these the whole group is taken back. */
const ENVIRONMENT: ReadonlyMap<number, Fault> = new Map([
  [13, { code: 'storage_full', message: 'the disk that holds the data directory is full' }],
  [8, { code: 'storage_read_only', message: 'the data directory has become read-only' }],
  [
    10,
    {
      code: 'storage_failed',
      message: 'the disk that holds the data directory reported an input or output error',
    },
  ],
  [11, { code: 'storage_failed', message: 'the database is damaged' }],
  [26, { code: 'storage_failed', message: 'the database is damaged' }],
  [7, { code: 'storage_failed', message: 'there is not enough memory to write' }],
  [14, { code: 'storage_failed', message: 'the database files cannot be opened any more' }],
  [5, { code: 'storage_failed', message: 'another process holds the database locked' }],
  [22, { code: 'storage_full', message: 'the file system allows no larger database file' }],
]);

/** Primary SQLite result code; both drivers put the extended one into `errcode`. */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

export function environmentFault(error: unknown): Fault | undefined {
  const code = sqliteCode(error);
  return code === undefined ? undefined : ENVIRONMENT.get(code);
}

/** How a unit's own failure is told to its caller. */
export function unitFault(error: unknown): Fault {
  if (error instanceof StoreConflict) return { code: 'store_conflict', message: error.message };
  if (error instanceof ThothctlError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (sqliteCode(error) === CONSTRAINT) return { code: 'store_conflict', message };
  return environmentFault(error) ?? { code: 'invalid_statement', message };
}
