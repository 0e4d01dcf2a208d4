import { ThothctlError } from '../../errors/index.js';

type SqlValue = string | number | bigint | null;

export interface SqliteStatement {
  all(...parameters: SqlValue[]): unknown[];
  get(...parameters: SqlValue[]): unknown;
  run(...parameters: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: SqlValue[]): IterableIterator<unknown>;
  columns(): readonly unknown[];
}

/** The part of `node:sqlite`'s DatabaseSync the store uses; both drivers have it. */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

type DatabaseConstructor = new (path: string, options?: { readOnly?: boolean }) => SqliteDatabase;

export type { SqlValue };

let driver: Promise<DatabaseConstructor> | undefined;

/** Opens a database with Node's own SQLite where Node has it (22.13 and later), else with the packaged build. */
export async function openSqlite(
  path: string,
  options: { readOnly?: boolean } = {},
): Promise<SqliteDatabase> {
  driver ??= loadDriver();
  return new (await driver)(path, options);
}

async function loadDriver(): Promise<DatabaseConstructor> {
  const builtin = quietly(() => process.getBuiltinModule('node:sqlite'));
  if (isDriver(builtin)) return builtin.DatabaseSync;
  const packaged: unknown = await import('@photostructure/sqlite');
  if (isDriver(packaged)) return packaged.DatabaseSync;
  throw new ThothctlError({
    code: 'storage_failed',
    message: 'this Node has no node:sqlite and the packaged SQLite build does not load on this platform',
    exit: 'unexpected',
    fix: 'use Node 22.13 or later, or reinstall thothctl for this platform',
  });
}

function isDriver(module: unknown): module is { DatabaseSync: DatabaseConstructor } {
  return (
    typeof module === 'object' &&
    module !== null &&
    'DatabaseSync' in module &&
    typeof module.DatabaseSync === 'function'
  );
}

/** Node announces its SQLite as experimental on stderr; that is our choice to make, not news for the user. */
function quietly<T>(load: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
