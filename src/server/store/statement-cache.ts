import type { SqliteDatabase, SqliteStatement } from './sqlite-driver.js';

const LIMIT = 256;

/** Prepared statements by their text: preparing costs more than running a small statement. Oldest leave first. */
export class StatementCache {
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(private readonly database: SqliteDatabase) {}

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    if (this.#statements.size >= LIMIT) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}
