import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export type Node = { readonly [key: string]: unknown };
export type JsonSchema = boolean | Node;

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Without `tenantId`, which the client fills in. */
  readonly pathParams: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly body: { readonly schema: JsonSchema; readonly required: boolean } | undefined;
  /** Success statuses in order; `schema` is undefined for an empty body or a stream. */
  readonly success: readonly { readonly status: number; readonly schema: JsonSchema | undefined }[];
  readonly retryable: boolean;
  readonly idempotent: boolean;
  readonly design: boolean;
  readonly open: boolean;
  readonly row: JsonSchema | undefined;
  readonly pagination: Node | undefined;
  readonly bareArrayMember: string | undefined;
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export interface Contract {
  readonly name: string;
  readonly schemas: ReadonlyMap<string, JsonSchema>;
  readonly operations: readonly Operation[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const REF = '#/components/schemas/';

/** The contract is repository data, so a surprise in it is a mistake to stop at, not input to tolerate. */
export function fail(message: string): never {
  throw new TypeError(`contract: ${message}`);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function node(value: unknown, place: string): Node {
  return isNode(value) ? value : fail(`${place} is not an object`);
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown, place: string): string {
  return typeof value === 'string' ? value : fail(`${place} is not text`);
}

export function schemaOf(value: unknown, place: string): JsonSchema {
  return typeof value === 'boolean' ? value : node(value, place);
}

export function refName(schema: JsonSchema): string | undefined {
  if (!isNode(schema) || schema['$ref'] === undefined) return undefined;
  const ref = text(schema['$ref'], '$ref');
  return ref.startsWith(REF) ? ref.slice(REF.length) : fail(`unsupported $ref ${ref}`);
}

export async function readContract(file: string, name: string): Promise<Contract> {
  const root = node(parse(await readFile(file, 'utf8')), name);
  const components = node(root['components'], 'components');
  const schemas = new Map(
    Object.entries(node(components['schemas'], 'schemas')).map(([key, value]) => [key, schemaOf(value, key)]),
  );
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(node(root['paths'], 'paths'))) {
    const shared = list(node(item, path)['parameters']);
    for (const method of METHODS) {
      const operation = node(item, path)[method];
      if (isNode(operation)) operations.push(readOperation(operation, method, path, shared, components));
    }
  }
  return { name, schemas, operations };
}

function readOperation(
  operation: Node,
  method: string,
  path: string,
  shared: readonly unknown[],
  components: Node,
): Operation {
  const id = text(operation['operationId'], `${method} ${path} operationId`);
  const parameters = [...shared, ...list(operation['parameters'])].map((entry) =>
    deref(node(entry, `${id} parameter`), components, 'parameters'),
  );
  const inside = (place: string): Parameter[] =>
    parameters
      .filter((parameter) => parameter['in'] === place && parameter['name'] !== 'tenantId')
      .map((parameter) => ({
        name: text(parameter['name'], `${id} parameter name`),
        required: parameter['required'] === true,
        schema: schemaOf(parameter['schema'], `${id} parameter schema`),
      }));
  const body = isNode(operation['requestBody']) ? operation['requestBody'] : undefined;
  const bodySchema = body && jsonSchema(body);
  const row = operation['x-stream-row'];
  const pagination = operation['x-pagination'];
  const bare = operation['x-bare-array-member'];
  return {
    id,
    method: method.toUpperCase(),
    path,
    tag: text(list(operation['tags'])[0], `${id} tag`),
    summary: text(operation['summary'], `${id} summary`),
    pathParams: inside('path'),
    query: inside('query'),
    body:
      body && bodySchema !== undefined
        ? { schema: bodySchema, required: body['required'] === true }
        : undefined,
    success: Object.entries(node(operation['responses'], `${id} responses`))
      .filter(([status]) => status.startsWith('2'))
      .map(([status, reply]) => ({
        status: Number(status),
        schema: jsonSchema(node(reply, `${id} ${status}`)),
      })),
    retryable: operation['x-retryable'] === true,
    idempotent: operation['x-idempotent'] === true,
    design: operation['x-origin'] === 'design',
    open: Array.isArray(operation['security']) && operation['security'].length === 0,
    row: row === undefined ? undefined : schemaOf(row, `${id} x-stream-row`),
    pagination: isNode(pagination) && pagination['style'] !== 'none' ? pagination : undefined,
    bareArrayMember: typeof bare === 'string' ? bare : undefined,
  };
}

function deref(entry: Node, components: Node, family: string): Node {
  const ref = entry['$ref'];
  if (ref === undefined) return entry;
  const name = text(ref, '$ref').replace(`#/components/${family}/`, '');
  return node(node(components[family], family)[name], name);
}

function jsonSchema(holder: Node): JsonSchema | undefined {
  const content = holder['content'];
  const json = isNode(content) ? content['application/json'] : undefined;
  return isNode(json) ? schemaOf(json['schema'], 'application/json schema') : undefined;
}
