import type { CompiledQuery, Kysely } from 'kysely';
import type { Database } from '../store/schema.js';

/**
 * A read compiled once, for the paths where building the query would cost more than running it. Parameters bind in the
 * order in which the query names its placeholders.
 */
export function prepareRead<R>(
  read: Kysely<Database>,
  compiled: CompiledQuery<R>,
): (parameters: readonly unknown[]) => Promise<R[]> {
  return async (parameters) => {
    const bound: CompiledQuery<R> = { ...compiled, parameters };
    return (await read.executeQuery(bound)).rows;
  };
}
