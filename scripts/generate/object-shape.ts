import { fail, isNode, list, node, refName, schemaOf, text, type JsonSchema, type Node } from './document.js';

export interface ObjectShape {
  readonly members: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  /** Schema of members that are not named; undefined when anything may be there. */
  readonly rest: JsonSchema | undefined;
  readonly minProperties: number;
}

type Lookup = (name: string) => JsonSchema;

/** True for a schema that can only describe objects, with or without saying so. */
export function describesObject(schema: Node): boolean {
  return (
    schema['type'] === 'object' ||
    (schema['type'] === undefined &&
      ['properties', 'required', 'minProperties', 'additionalProperties'].some(
        (key) => schema[key] !== undefined,
      ))
  );
}

/** Members of an object schema, those of its `allOf` parents included. */
export function objectShape(schema: Node, lookup: Lookup): ObjectShape {
  const properties = new Map<string, JsonSchema>();
  const required = new Set<string>();
  let rest: JsonSchema | undefined;
  let minProperties = 0;
  const absorb = (part: Node): void => {
    for (const parent of list(part['allOf'])) {
      const parentSchema = schemaOf(parent, 'allOf');
      const name = refName(parentSchema);
      const target = node(name === undefined ? parentSchema : lookup(name), 'allOf member');
      if (target['if'] === undefined) absorb(target);
    }
    for (const [name, member] of Object.entries(isNode(part['properties']) ? part['properties'] : {})) {
      properties.set(name, schemaOf(member, name));
    }
    for (const name of list(part['required'])) required.add(text(name, 'required'));
    if (isNode(part['additionalProperties']) && Object.keys(part['additionalProperties']).length > 0) {
      rest = part['additionalProperties'];
    }
    if (part['additionalProperties'] === false) fail('closed objects are not part of this contract');
    if (typeof part['minProperties'] === 'number') minProperties = part['minProperties'];
  };
  absorb(schema);
  for (const name of required) if (!properties.has(name)) properties.set(name, true);
  return {
    members: [...properties].map(([name, member]) => ({
      name,
      required: required.has(name),
      schema: member,
    })),
    rest,
    minProperties,
  };
}

/** Keys that only describe; a `$ref` may carry them without changing its meaning. */
export function isAnnotation(key: string): boolean {
  return (
    key.startsWith('x-') ||
    ['description', 'default', 'examples', 'example', 'title', 'deprecated'].includes(key)
  );
}

export function literal(value: unknown): string {
  return JSON.stringify(value);
}

export function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
