import { createSigner, generateSigningKey } from '../../../evidence/signature.js';
import { dataLayout, prepareDataDirectory, type DataLayout } from '../data-directory.js';
import { migrate, refuseNewer } from '../migrations/index.js';
import type { StoredKey } from '../port.js';
import { readPrivateKey, writePrivateKey } from '../signing-key-files.js';
import { openSqlite, type SqliteDatabase } from '../sqlite-driver.js';
import { activeKey, storedKeys } from '../stored-keys.js';
import { openingFailure } from './opening-failure.js';
import { GroupWriter } from './group-writer.js';
import { WriterLock } from './writer-lock.js';

export interface OpenWriter {
  readonly writer: GroupWriter;
  readonly keys: readonly StoredKey[];
  close(): Promise<void>;
}

/** Lock, schema and key, in this order: nothing is read or changed before the directory is ours. */
export async function openWriter(options: {
  readonly root: string;
  readonly now: number;
  readonly busyTimeoutMs: number;
}): Promise<OpenWriter> {
  try {
    return await open(options);
  } catch (error) {
    throw openingFailure(options.root, error);
  }
}

async function open(options: Parameters<typeof openWriter>[0]): Promise<OpenWriter> {
  const layout = dataLayout(options.root);
  await prepareDataDirectory(layout);
  const lock = await WriterLock.acquire(layout);
  let database: SqliteDatabase | undefined;
  try {
    database = await openDatabase(layout, options.busyTimeoutMs);
    const keys = await signingKeys(database, layout, options.now);
    const active = activeKey(keys);
    const signer = createSigner(active.keyId, await readPrivateKey(layout.keys, active.keyId));
    const opened = database;
    return {
      writer: new GroupWriter(opened, signer),
      keys,
      close: async () => {
        opened.close();
        await lock.release();
      },
    };
  } catch (error) {
    database?.close();
    await lock.release();
    throw error;
  }
}

async function openDatabase(layout: DataLayout, busyTimeoutMs: number): Promise<SqliteDatabase> {
  const database = await openSqlite(layout.database);
  try {
    database.exec(`PRAGMA busy_timeout = ${Math.trunc(busyTimeoutMs)}`);
    refuseNewer(database, layout.root);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    // macOS only: a plain fsync there leaves data in the drive's cache.
    database.exec('PRAGMA fullfsync = 1');
    database.exec('PRAGMA wal_autocheckpoint = 4000');
    database.exec('PRAGMA journal_size_limit = 67108864');
    migrate(database, layout.root);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function signingKeys(
  database: SqliteDatabase,
  layout: DataLayout,
  now: number,
): Promise<readonly StoredKey[]> {
  const known = storedKeys(database);
  if (known.length > 0) return known;
  const fresh = generateSigningKey();
  await writePrivateKey(layout.keys, fresh.keyId, fresh.privateKeyPem);
  database
    .prepare('INSERT INTO signing_keys (key_id, public_key, created_at) VALUES (?, ?, ?)')
    .run(fresh.keyId, fresh.publicKeyPem, now);
  return storedKeys(database);
}
