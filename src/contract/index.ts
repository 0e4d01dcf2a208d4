import type { OperationTypes as Enforcer } from './enforcer/operation-types.js';
import type { OperationTypes as Govapi } from './govapi/operation-types.js';
import type { OperationId } from './operations.js';

export type { OperationEntry, Pagination } from './operation-entry.js';
export { isOperationId, operationEntry, operationIds, type OperationId } from './operations.js';
export type { Schema } from './schema.js';

export interface OperationTypes extends Govapi, Enforcer {}

/** Path without `tenantId`, query and body of an operation. */
export interface OperationInput<Id extends OperationId> {
  readonly path?: OperationTypes[Id]['path'];
  readonly query?: OperationTypes[Id]['query'];
  readonly body?: OperationTypes[Id]['body'];
}

export type OperationOutput<Id extends OperationId> = OperationTypes[Id]['output'];

export type StreamId = {
  [Id in OperationId]: OperationTypes[Id]['row'] extends object ? Id : never;
}[OperationId];

export type StreamRow<Id extends StreamId> = OperationTypes[Id]['row'];
