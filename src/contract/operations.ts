import { operations as enforcer } from './enforcer/operations.js';
import { operations as govapi } from './govapi/operations.js';
import type { OperationEntry } from './operation-entry.js';

const operations = { ...govapi, ...enforcer };

/** Every operation of both planes. */
export type OperationId = keyof typeof operations;

export function operationEntry(id: OperationId): OperationEntry {
  return operations[id]();
}

export function operationIds(): OperationId[] {
  return Object.keys(operations).filter(isOperationId);
}

export function isOperationId(text: string): text is OperationId {
  return Object.hasOwn(operations, text);
}
