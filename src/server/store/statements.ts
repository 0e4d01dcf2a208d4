import type { CompiledQuery, Insertable, Kysely } from 'kysely';
import type { EvidenceRef } from './port.js';
import type { Database } from './schema.js';

/** In place of the index the unit's evidence number `evidence` will get on the chain. */
export function evidenceIndex(evidence: number): number {
  return standIn({ evidenceRef: evidence, member: 'chain_index' });
}

/** In place of the hash the unit's evidence number `evidence` will get. */
export function evidenceHash(evidence: number): string {
  return standIn({ evidenceRef: evidence, member: 'hash' });
}

/** The writer replaces the reference by a value of type T before the statement runs. */
function standIn<T>(reference: EvidenceRef): T {
  return reference as unknown as T;
}

/**
 * An insert compiled once: the returned function only fills in the parameters, which is several times cheaper than
 * building the statement for each row. Every column must be given in every row.
 */
export function preparedInsert<T extends keyof Database, C extends keyof Database[T] & string>(
  build: Kysely<Database>,
  table: T,
  columns: readonly C[],
): (row: Pick<Database[T], C>) => CompiledQuery {
  const template = Object.fromEntries(columns.map((column) => [column, '']));
  const compiled = build
    .insertInto(table)
    .values(template as unknown as Insertable<Database[T]>)
    .compile();
  return (row) => ({ ...compiled, parameters: columns.map((column) => row[column]) });
}
