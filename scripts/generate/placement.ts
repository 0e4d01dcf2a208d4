import { isNode, refName, type Contract, type JsonSchema } from './document.js';

export const COMMON = 'common';

/** Puts each named schema beside the one resource that uses it, or into the common module when several do. */
export function placeSchemas(contract: Contract): ReadonlyMap<string, string> {
  const users = new Map<string, Set<string>>();
  for (const operation of contract.operations) {
    const roots = [
      operation.body?.schema,
      operation.row,
      ...operation.success.map(({ schema }) => schema),
      ...operation.query.map(({ schema }) => schema),
      ...operation.pathParams.map(({ schema }) => schema),
    ];
    const seen = new Set<string>();
    for (const root of roots) if (root !== undefined) visit(root, contract, seen);
    for (const name of seen) users.set(name, (users.get(name) ?? new Set()).add(operation.tag));
  }
  return new Map(
    [...contract.schemas.keys()].map((name) => {
      const tags = [...(users.get(name) ?? [])];
      return [name, tags.length === 1 && tags[0] !== undefined && name !== 'Error' ? tags[0] : COMMON];
    }),
  );
}

function visit(value: unknown, contract: Contract, seen: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, contract, seen);
    return;
  }
  if (!isNode(value)) return;
  const name = typeof value['$ref'] === 'string' ? refName(value) : undefined;
  if (name !== undefined && !seen.has(name)) {
    seen.add(name);
    const target: JsonSchema | undefined = contract.schemas.get(name);
    visit(target, contract, seen);
  }
  for (const [key, child] of Object.entries(value)) {
    if (!key.startsWith('x-') && key !== 'examples') visit(child, contract, seen);
  }
}
