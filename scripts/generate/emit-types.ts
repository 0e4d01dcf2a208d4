import {
  fail,
  isNode,
  list,
  refName,
  schemaOf,
  type Contract,
  type JsonSchema,
  type Operation,
} from './document.js';
import { describesObject, literal, memberName, objectShape } from './object-shape.js';

/** TypeScript types of every named schema. Aliases, not interfaces, so that they pass as plain records. */
export function emitTypes(contract: Contract): string {
  const lookup = lookupIn(contract);
  return [...contract.schemas]
    .map(([name, schema]) => {
      const about =
        isNode(schema) && typeof schema['description'] === 'string' ? schema['description'] : undefined;
      return `${about === undefined ? '' : docComment(about)}export type ${name} = ${typeOf(schema, lookup)};\n`;
    })
    .join('\n');
}

/** One entry per operation: path, query, body, output and stream row. */
export function emitOperationTypes(contract: Contract): string {
  const lookup = lookupIn(contract);
  const prefix = (schema: JsonSchema): string => typeOf(schema, lookup, 'T.');
  const entry = (operation: Operation): string => {
    const outputs = new Set(
      operation.success.flatMap(({ schema }) => (schema === undefined ? [] : [prefix(schema)])),
    );
    return `  ${operation.id}: {
    path: ${parameterType(operation.pathParams, prefix)};
    query: ${parameterType(operation.query, prefix)};
    body: ${operation.body === undefined ? 'undefined' : prefix(operation.body.schema)};
    output: ${outputs.size === 0 ? 'undefined' : [...outputs].join(' | ')};
    row: ${operation.row === undefined ? 'undefined' : prefix(operation.row)};
  };`;
  };
  return `import type * as T from './types.js';

export interface OperationTypes {
${contract.operations.map(entry).join('\n')}
}
`;
}

function parameterType(parameters: Operation['query'], prefix: (schema: JsonSchema) => string): string {
  if (parameters.length === 0) return '{ [name: string]: unknown }';
  const members = parameters.map(
    ({ name, required, schema }) => `${memberName(name)}${required ? '' : '?'}: ${prefix(schema)}`,
  );
  return `{ ${members.join('; ')} }`;
}

function lookupIn(contract: Contract): (name: string) => JsonSchema {
  return (name) => contract.schemas.get(name) ?? fail(`unknown schema ${name}`);
}

function typeOf(schema: JsonSchema, lookup: (name: string) => JsonSchema, prefix = ''): string {
  const inner = (value: unknown): string => typeOf(schemaOf(value, 'schema'), lookup, prefix);
  if (schema === true) return 'unknown';
  if (schema === false) return 'never';
  const name = refName(schema);
  if (name !== undefined) return prefix + name;
  if (schema['const'] !== undefined) return literal(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map(literal).join(' | ');
  if (describesObject(schema) || Array.isArray(schema['allOf'])) return objectType(schema, lookup, prefix);
  const alternatives = list(schema['anyOf'] ?? schema['oneOf']);
  if (alternatives.length > 0) return alternatives.map(inner).join(' | ');
  if (Array.isArray(schema['type'])) {
    return schema['type'].map((type) => inner({ ...schema, type })).join(' | ');
  }
  switch (schema['type']) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `readonly (${inner(schema['items'] ?? true)})[]`;
    default:
      return schema['minLength'] === undefined ? 'unknown' : 'string';
  }
}

function objectType(
  schema: Exclude<JsonSchema, boolean>,
  lookup: (name: string) => JsonSchema,
  prefix: string,
): string {
  const shape = objectShape(schema, lookup);
  const rest = shape.rest === undefined ? 'unknown' : typeOf(shape.rest, lookup, prefix);
  if (shape.members.length === 0) return `{ [member: string]: ${rest} }`;
  const members = shape.members.map(({ name, required, schema: member }) => {
    const about =
      isNode(member) && typeof member['description'] === 'string' ? docComment(member['description']) : '';
    return `${about}${memberName(name)}${required ? '' : '?'}: ${typeOf(member, lookup, prefix)};`;
  });
  return `{\n${members.join('\n')}\n}`;
}

function docComment(about: string): string {
  return `/** ${about.replaceAll('*/', '* /').replace(/\s+/g, ' ').trim()} */\n`;
}
