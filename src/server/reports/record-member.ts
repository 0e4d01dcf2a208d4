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

/** `LIKE` with a backslash as escape: SQLite has none unless told. */
export function contains(text: Expression<string>, pattern: string): Expression<SqlBool> {
  return sql<SqlBool>`${text} like ${pattern} escape '\\'`;
}
