import { sql, type Expression, type SqlBool } from 'kysely';

/**
 * A member of the stored record inside a query. The operator is spelt the same in SQLite and PostgreSQL; there the
 * column must be of a JSON type or cast, which is this one place to change.
 */
export function recordText(member: string): Expression<string> {
  return sql<string>`${sql.ref('record')} ->> ${sql.lit(member)}`;
}

export function recordNumber(member: string): Expression<number> {
  return sql<number>`cast(${sql.ref('record')} ->> ${sql.lit(member)} as double precision)`;
}

/**
 * Whether a column of lower-case text holds a text of lower case. `LIKE` reads a row in less time than `instr`, and both
 * databases have it.
 */
export function contains(column: string, search: string): Expression<SqlBool> {
  const pattern = `%${search.replaceAll(/[\\%_]/gu, String.raw`\$&`)}%`;
  return sql<SqlBool>`${sql.ref(column)} LIKE ${pattern} ESCAPE '\\'`;
}
