import { loaders as enforcer } from './enforcer/loaders.js';
import { loaders as govapi } from './govapi/loaders.js';
import type { OperationTypes } from './index.js';
import type { OperationId } from './operations.js';
import type { OperationSchemas, Schema } from './schema.js';

export { describeIssues, type Issue } from './issues.js';
export type { OperationSchemas, Schema } from './schema.js';

type Loaders = { readonly [Id in OperationId]: () => Promise<OperationSchemas<OperationTypes[Id]>> };
const loaders: Loaders = { ...govapi, ...enforcer };

/** Validators of one operation; loads the module of its resource and nothing else. */
export function loadSchemas<Id extends OperationId>(id: Id): Promise<OperationSchemas<OperationTypes[Id]>> {
  return loaders[id]();
}

/** Validator of the request body; undefined for an operation without one. */
export async function requestSchema<Id extends OperationId>(
  id: Id,
): Promise<Schema<OperationTypes[Id]['body']> | undefined> {
  return (await loadSchemas(id)).request?.();
}

/** Validator of the reply body at a status; undefined where the contract has none (an empty reply, a stream). */
export async function responseSchema(id: OperationId, status: number): Promise<Schema<unknown> | undefined> {
  const schemas = await loadSchemas(id);
  return status >= 400 ? schemas.error() : schemas.responses[status]?.();
}

/** Validator of the decoded query; takes text and typed values. */
export async function querySchema<Id extends OperationId>(
  id: Id,
): Promise<Schema<OperationTypes[Id]['query']>> {
  return (await loadSchemas(id)).query();
}
