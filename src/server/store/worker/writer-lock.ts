import { readFile, rm, writeFile } from 'node:fs/promises';
import { ThothctlError } from '../../../errors/index.js';
import type { DataLayout } from '../data-directory.js';
import { openSqlite, type SqliteDatabase } from '../sqlite-driver.js';
import { sqliteCode } from './fault.js';

const BUSY = 5;

/**
 * One writing process per data directory. The lock is SQLite's exclusive lock on a small file of its own, held by an
 * open transaction: the operating system drops it the moment the holder dies, so a restart after `kill -9` never
 * waits, and a live holder can never be mistaken for a dead one.
 */
export class WriterLock {
  private constructor(
    private readonly held: SqliteDatabase,
    private readonly layout: DataLayout,
  ) {}

  static async acquire(layout: DataLayout): Promise<WriterLock> {
    const lock = await openSqlite(layout.lock);
    try {
      lock.exec('PRAGMA busy_timeout = 0');
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw sqliteCode(error) === BUSY ? await inUse(layout) : error;
    }
    try {
      await writeFile(layout.owner, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
    } catch (error) {
      lock.close();
      throw error;
    }
    return new WriterLock(lock, layout);
  }

  async release(): Promise<void> {
    await rm(this.layout.owner, { force: true });
    this.held.close();
  }
}

async function inUse(layout: DataLayout): Promise<ThothctlError> {
  const pid = await ownerPid(layout.owner);
  return new ThothctlError({
    code: 'data_directory_locked',
    message: `the data directory ${layout.root} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}`,
    exit: 'conflict',
    fix: 'stop that server first, or choose another --data directory',
    details: pid === undefined ? {} : { pid },
  });
}

async function ownerPid(file: string): Promise<number | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner)) return undefined;
    return typeof owner.pid === 'number' ? owner.pid : undefined;
  } catch {
    return undefined;
  }
}
