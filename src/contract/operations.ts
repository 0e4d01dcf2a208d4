import { operations as enforcer } from './enforcer/operations.js';
import { operations as govapi } from './govapi/operations.js';
import type { OperationEntry } from './operation-entry.js';

/** Every operation of both planes by operationId. */
export const operations = { ...govapi, ...enforcer };

export type OperationId = keyof typeof operations;

/** The entry under its common type, for code that handles any operation. */
export function operationEntry(id: OperationId): OperationEntry {
  return operations[id];
}

export function isOperationId(text: string): text is OperationId {
  return Object.hasOwn(operations, text);
}
