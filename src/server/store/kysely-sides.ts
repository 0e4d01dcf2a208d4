import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement as KyselyStatement,
} from 'kysely';
import type { Database } from './schema.js';
import type { SqliteDatabase } from './sqlite-driver.js';
import { StatementCache } from './statement-cache.js';
import { toSqlValue } from './sql-value.js';

/** Kysely over a read-only connection. The shim gives DatabaseSync the shape Kysely's SQLite dialect expects. */
export function readSide(database: SqliteDatabase): Kysely<Database> {
  const cache = new StatementCache(database);
  const prepare = (sql: string): KyselyStatement => {
    const statement = cache.prepare(sql);
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => statement.all(...parameters.map(toSqlValue)),
      run: (parameters) => statement.run(...parameters.map(toSqlValue)),
      iterate: (parameters) => statement.iterate(...parameters.map(toSqlValue)),
    };
  };
  return new Kysely<Database>({
    dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }),
  });
}

/** Kysely that only compiles: executing through it returns nothing. */
export function buildSide(): Kysely<Database> {
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}
