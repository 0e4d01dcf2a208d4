import { fail, isNode, type Contract, type JsonSchema, type Operation } from './document.js';
import { zodOf, type ZodContext } from './emit-zod.js';
import { memberName } from './object-shape.js';
import { COMMON, placeSchemas } from './placement.js';
import { sharedMembers } from './share-members.js';

/** Module name to its text: one per resource, loaded only when an operation of that resource runs. */
export function emitModules(contract: Contract): ReadonlyMap<string, string> {
  const placement = placeSchemas(contract);
  const tags = [...new Set(contract.operations.map(({ tag }) => tag))];
  return new Map([COMMON, ...tags].map((tag) => [tag, emitModule(contract, tag, placement)]));
}

function emitModule(contract: Contract, tag: string, placement: ReadonlyMap<string, string>): string {
  const imports = new Set<string>();
  const pieces = new Set<string>();
  const context: ZodContext = {
    lookup: (name) => contract.schemas.get(name) ?? fail(`unknown schema ${name}`),
    reference: (name) => {
      const home = placement.get(name) ?? fail(`unknown schema ${name}`);
      if (home !== tag && home !== COMMON) fail(`${name} of ${home} is used in ${tag}`);
      if (home !== tag) imports.add(name);
      return `${name}()`;
    },
    piece: (name) => {
      pieces.add(name);
      return name;
    },
  };
  const shared = tag === COMMON;
  const placed = [...contract.schemas].filter(([name]) => placement.get(name) === tag);
  const schemas = placed.map(
    ([name, schema]) =>
      `${shared ? 'export ' : ''}const ${name}: () => Schema<T.${name}> = once(() => ${zodOf(schema, context)});\n`,
  );
  const own = contract.operations.filter((operation) => operation.tag === tag);
  const operations = own.map((operation) => emitOperation(operation, context));
  const usesZod = [...schemas, ...operations].some((part) => part.includes('z.'));
  const head = [
    ...(usesZod ? [`import * as z from 'zod/mini';`] : []),
    ...(pieces.size === 0 ? [] : [`import { ${[...pieces].sort().join(', ')} } from '../checks.js';`]),
    `import { once, type Schema${shared ? '' : ', type ResourceSchemas'} } from '../schema.js';`,
    ...(imports.size === 0
      ? []
      : [`import { ${[...imports].sort().join(', ')} } from './common.schemas.js';`]),
    ...(operations.length === 0 ? [] : [`import type { OperationTypes } from './operation-types.js';`]),
    ...(schemas.length === 0 ? [] : [`import type * as T from './types.js';`]),
  ];
  const members = sharedMembers([...schemas, ...operations]);
  const made = [...members.declarations, ...schemas.map(members.use)];
  const body = shared ? made.join('\n') : resource(own, placed, made, operations.map(members.use));
  const text = `${head.join('\n')}\n\n${body}`;
  // A resource whose shapes are all shared names no schema type itself.
  return /\bSchema</.test(body) ? text : text.replace('type Schema, ', '');
}

/**
 * One function for all of a resource: until it is called, the runtime neither compiles what is in it nor keeps a name for
 * each of its schemas.
 */
function resource(
  own: readonly Operation[],
  placed: readonly (readonly [name: string, schema: JsonSchema])[],
  schemas: readonly string[],
  operations: readonly string[],
): string {
  const ids = own.map(({ id }) => `'${id}'`).join(' | ');
  return `export const schemas: () => ResourceSchemas<OperationTypes, ${ids}> = once(() => {
${schemas.join('\n')}
  return {
    shapes: { ${placed.map(([name]) => name).join(', ')} },
    operations: {
${operations.join('\n')}
    },
  };
});
`;
}

function emitOperation(operation: Operation, context: ZodContext): string {
  const lazy = (schema: JsonSchema): string => {
    const expression = zodOf(schema, context);
    return /^\w+\(\)$/.test(expression) ? expression.slice(0, -2) : `once(() => ${expression})`;
  };
  const responses = operation.success.flatMap(({ status, schema }) =>
    schema === undefined ? [] : [`${status}: ${lazy(schema)}`],
  );
  const members = [
    `path: ${parametersOf(operation.pathParams, context)}`,
    `query: ${parametersOf(operation.query, context)}`,
    ...(operation.body === undefined ? [] : [`request: ${lazy(operation.body.schema)}`]),
    `responses: { ${responses.join(', ')} }`,
    `error: ${lazy({ $ref: '#/components/schemas/Error' })}`,
    ...(operation.row === undefined ? [] : [`row: ${lazy(operation.row)}`]),
  ];
  return `${operation.id}: {\n${members.join(',\n')},\n},`;
}

function parametersOf(parameters: Operation['query'], context: ZodContext): string {
  if (parameters.length === 0) return 'once(() => z.looseObject({}))';
  const members = parameters.map(({ name, required, schema }) => {
    const decoded = decodeFrom(schema, zodOf(schema, context), context);
    return `${memberName(name)}: ${required ? decoded : `z.optional(${decoded})`}`;
  });
  return `once(() => z.looseObject({ ${members.join(', ')} }))`;
}

function decodeFrom(schema: JsonSchema, expression: string, context: ZodContext): string {
  switch (isNode(schema) ? schema['type'] : undefined) {
    case 'integer':
      return `${context.piece('queryInteger')}(${expression})`;
    case 'number':
      return `${context.piece('queryNumber')}(${expression})`;
    case 'boolean':
      return `${context.piece('queryBoolean')}(${expression})`;
    default:
      return expression;
  }
}
