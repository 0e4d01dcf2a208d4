import { ThothctlError } from '../../../errors/index.js';
import type { SqliteDatabase } from '../sqlite-driver.js';
import { initial } from './0001-initial.js';
import { families } from './0002-families.js';
import { makers } from './0003-makers.js';

export interface Migration {
  /** Consecutive, from 1; equals the number of the file. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const MIGRATIONS: readonly Migration[] = [initial, families, makers];

const SCHEMA_VERSION = MIGRATIONS.length;

/** Version of the schema in a database; 0 for an empty one. */
export function schemaVersion(database: SqliteDatabase): number {
  const table = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'")
    .get();
  if (table === undefined) return 0;
  const row = database
    .prepare("SELECT CAST(value AS INTEGER) AS version FROM meta WHERE key = 'schema_version'")
    .get();
  return typeof row === 'object' && row !== null && 'version' in row ? Number(row.version) : 0;
}

/** Throws when the database was written by a newer release, whose rules this one cannot know. */
export function refuseNewer(database: SqliteDatabase, place: string): void {
  const version = schemaVersion(database);
  if (version <= SCHEMA_VERSION) return;
  throw new ThothctlError({
    code: 'data_directory_newer',
    message: `${place} has schema version ${version}; this release knows versions up to ${SCHEMA_VERSION}`,
    exit: 'conflict',
    fix: 'run a release of thothctl at least as new as the one that wrote it, or choose another --data directory',
    details: { found: version, supported: SCHEMA_VERSION },
  });
}

/** Brings the schema up to date in one transaction: all steps or none. */
export function migrate(database: SqliteDatabase, place: string, migrations = MIGRATIONS): void {
  refuseNewer(database, place);
  const from = schemaVersion(database);
  if (from === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    if (from === 0) database.exec('CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)');
    for (const migration of migrations.slice(from)) database.exec(migration.sql);
    database
      .prepare(
        "INSERT INTO meta (key, value) VALUES ('schema_version', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      )
      .run(String(migrations.length));
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** On a full disk SQLite has rolled back by itself; saying so must not hide why. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // Nothing was open any more.
  }
}
