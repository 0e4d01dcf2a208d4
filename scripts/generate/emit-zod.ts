import { fail, isNode, list, refName, schemaOf, type JsonSchema, type Node } from './document.js';
import { describesObject, isAnnotation, literal, memberName, objectShape } from './object-shape.js';

export interface ZodContext {
  readonly lookup: (name: string) => JsonSchema;
  /** Expression that yields the named schema; also records the import. */
  readonly reference: (name: string) => string;
  /** Records a piece of `checks.ts`. */
  readonly piece: (name: string) => string;
}

/** The zod/mini expression that validates what the JSON Schema describes. */
export function zodOf(schema: JsonSchema, context: ZodContext): string {
  const inner = (value: unknown): string => zodOf(schemaOf(value, 'schema'), context);
  if (schema === true) return 'z.unknown()';
  if (schema === false) return 'z.never()';
  const name = refName(schema);
  if (name !== undefined) {
    const other = Object.keys(schema).filter((key) => key !== '$ref' && !isAnnotation(key));
    return other.length === 0 ? context.reference(name) : fail(`$ref ${name} beside ${other.join()}`);
  }
  if (schema['const'] !== undefined) return `z.literal(${literal(schema['const'])})`;
  if (Array.isArray(schema['enum'])) return enumOf(schema['enum']);
  if (describesObject(schema) || Array.isArray(schema['allOf'])) return objectOf(schema, context);
  const alternatives = list(schema['anyOf'] ?? schema['oneOf']);
  if (alternatives.length > 0) return unionOf(alternatives.map(inner));
  if (Array.isArray(schema['type'])) return unionOf(schema['type'].map((type) => inner({ ...schema, type })));
  switch (schema['type'] ?? (schema['minLength'] === undefined ? undefined : 'string')) {
    case 'string':
      return stringOf(schema, context);
    case 'integer':
      return `z.int()${checks(bounds(schema))}`;
    case 'number':
      return `z.number()${checks(bounds(schema))}`;
    case 'boolean':
      return 'z.boolean()';
    case 'null':
      return 'z.null()';
    case 'array':
      return arrayOf(schema, context);
    case undefined:
      return 'z.unknown()';
    default:
      return fail(`unsupported type ${literal(schema['type'])}`);
  }
}

function enumOf(values: readonly unknown[]): string {
  const words = values.filter((value) => value !== null);
  const union = words.every((value) => typeof value === 'string')
    ? `z.enum(${literal(words)})`
    : `z.literal(${literal(words)})`;
  return words.length === values.length ? union : `z.nullable(${union})`;
}

function unionOf(branches: readonly string[]): string {
  const others = branches.filter((branch) => branch !== 'z.null()');
  const union = others.length === 1 ? (others[0] ?? fail('empty union')) : `z.union([${others.join(', ')}])`;
  return others.length === branches.length ? union : `z.nullable(${union})`;
}

function stringOf(schema: Node, context: ZodContext): string {
  const found: string[] = [];
  if (typeof schema['minLength'] === 'number') found.push(`z.minLength(${schema['minLength']})`);
  if (typeof schema['maxLength'] === 'number') found.push(`z.maxLength(${schema['maxLength']})`);
  if (typeof schema['pattern'] === 'string') found.push(`z.regex(new RegExp(${literal(schema['pattern'])}))`);
  const base = schema['format'] === 'date-time' ? `${context.piece('dateTime')}()` : 'z.string()';
  return base + checks(found);
}

function bounds(schema: Node): string[] {
  const found: string[] = [];
  if (typeof schema['minimum'] === 'number') found.push(`z.gte(${schema['minimum']})`);
  if (typeof schema['maximum'] === 'number') found.push(`z.lte(${schema['maximum']})`);
  return found;
}

function arrayOf(schema: Node, context: ZodContext): string {
  const found: string[] = [];
  if (typeof schema['minItems'] === 'number') found.push(`z.minLength(${schema['minItems']})`);
  if (schema['uniqueItems'] === true) found.push(`${context.piece('uniqueItems')}()`);
  return `z.array(${zodOf(schemaOf(schema['items'] ?? true, 'items'), context)})${checks(found)}`;
}

function objectOf(schema: Node, context: ZodContext): string {
  const shape = objectShape(schema, context.lookup);
  const members = shape.members.map(({ name, required, schema: member }) => {
    const expression = required ? zodOf(member, context) : `z.optional(${whenThere(member, context)})`;
    return `${memberName(name)}: ${expression}`;
  });
  const rest = shape.rest === undefined ? undefined : zodOf(shape.rest, context);
  const found = objectChecks(schema, context);
  if (shape.minProperties > 0) found.push(`${context.piece('minProperties')}(${shape.minProperties})`);
  if (members.length === 0) return `z.record(z.string(), ${rest ?? 'z.unknown()'})${checks(found)}`;
  const body = `{ ${members.join(', ')} }`;
  const base = rest === undefined ? `z.looseObject(${body})` : `z.catchall(z.object(${body}), ${rest})`;
  return base + checks(found);
}

/** Sections of a document that are mostly absent are built when the first comes by. */
function whenThere(member: JsonSchema, context: ZodContext): string {
  const expression = zodOf(member, context);
  const name = typeof member === 'boolean' ? undefined : refName(member);
  const target = name === undefined ? undefined : context.lookup(name);
  return isNode(target) && describesObject(target)
    ? `z.lazy(${expression.slice(0, -'()'.length)})`
    : expression;
}

/** `anyOf`, `oneOf` and `if`/`then` beside `properties` restrict the object further. */
function objectChecks(schema: Node, context: ZodContext): string[] {
  const lazy = (value: unknown): string => {
    const branch = schemaOf(value, 'branch');
    const name = refName(branch);
    const expression = zodOf(branch, context);
    return name === undefined ? `() => ${expression}` : expression.replace(/\(\)$/, '');
  };
  const found: string[] = [];
  const oneOf = list(schema['oneOf']).map((branch) =>
    typeof branch === 'object' && branch !== null ? branch : {},
  );
  if (oneOf.length > 0) {
    if (oneOf.some((branch) => Object.keys(branch).join() !== 'required')) fail('oneOf beside properties');
    const groups = oneOf.map((branch) => literal('required' in branch ? branch.required : []));
    found.push(`${context.piece('exactlyOneOf')}(${groups.join(', ')})`);
  }
  const anyOf = list(schema['anyOf']);
  if (anyOf.length > 0) found.push(`${context.piece('matchesAny')}(${anyOf.map(lazy).join(', ')})`);
  for (const part of list(schema['allOf'])) {
    const rule = schemaOf(part, 'allOf');
    if (typeof rule === 'boolean' || rule['if'] === undefined) continue;
    found.push(`${context.piece('implies')}(${lazy(rule['if'])}, ${lazy(rule['then'] ?? true)})`);
  }
  return found;
}

function checks(found: readonly string[]): string {
  return found.length === 0 ? '' : `.check(${found.join(', ')})`;
}
