import type { Contract, Operation } from './document.js';

/**
 * The light table: what a client or router needs to know of an operation, without any validator. Each entry is made when it
 * is asked for: every command reads this table and needs a few entries of it.
 */
export function emitOperations(contract: Contract): string {
  return `import type { OperationEntry } from '../operation-entry.js';

export const operations = {
${contract.operations.map(entry).join('\n')}
} satisfies Record<string, () => OperationEntry>;
`;
}

function entry(operation: Operation): string {
  const members: Record<string, unknown> = {
    method: operation.method,
    path: operation.path,
    tag: operation.tag,
    summary: operation.summary,
    pathParams: operation.pathParams.map(({ name }) => name),
    query: operation.query.map(({ name }) => name),
    hasBody: operation.body !== undefined,
    bodyRequired: operation.body?.required === true,
    success: operation.success.map(({ status }) => status),
    retryable: operation.retryable,
    idempotent: operation.idempotent,
  };
  if (operation.design) members['origin'] = 'design';
  if (operation.open) members['open'] = true;
  if (operation.row !== undefined) members['stream'] = true;
  if (operation.pagination !== undefined) members['pagination'] = operation.pagination;
  if (operation.bareArrayMember !== undefined) members['bareArrayMember'] = operation.bareArrayMember;
  return `  ${operation.id}: (): OperationEntry => (${JSON.stringify(members)}),`;
}

/** One loader per operation; each imports the module of its resource and nothing else. */
export function emitLoaders(contract: Contract): string {
  const loaders = contract.operations.map(
    ({ id, tag }) => `  ${id}: async () => (await import('./${tag}.schemas.js')).schemas().operations.${id},`,
  );
  return `import type { OperationSchemas } from '../schema.js';
import type { OperationTypes } from './operation-types.js';

export const loaders: { readonly [Id in keyof OperationTypes]: () => Promise<OperationSchemas<OperationTypes[Id]>> } = {
${loaders.join('\n')}
};
`;
}
