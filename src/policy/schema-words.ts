import * as z from 'zod/mini';

type Schema = z.core.$ZodType;
type Path = readonly (string | number)[];

/** Members a mapping may have at a path of a value the schema describes; none where it does not say. */
export function knownMembers(schema: Schema, path: Path): readonly string[] {
  const described = definition(bare(schemaAt(schema, path)));
  return described?.type === 'object' ? Object.keys(described.shape) : [];
}

/** What the schema says in words of the value at a path. */
export function describedAs(schema: Schema, path: Path): string | undefined {
  const found = schemaAt(schema, path);
  const inner = bare(found);
  return [found, inner].flatMap((each) => (each && z.globalRegistry.get(each)?.description) ?? [])[0];
}

function schemaAt(schema: Schema, path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>((at, key) => inside(bare(at), key), schema);
}

function inside(schema: Schema | undefined, key: string | number): Schema | undefined {
  const described = definition(schema);
  switch (described?.type) {
    case 'object':
      return described.shape[key];
    case 'record':
      return described.valueType;
    case 'array':
      return described.element;
    default:
      return undefined;
  }
}

/** The schema of the value itself, whether it has to be there or not. */
function bare(schema: Schema | undefined): Schema | undefined {
  const described = definition(schema);
  return described?.type === 'optional' || described?.type === 'nullable' || described?.type === 'default'
    ? bare(described.innerType)
    : schema;
}

/** The library's own way to tell its kinds apart: a union of all of them. */
function definition(schema: Schema | undefined): z.core.$ZodTypes['_zod']['def'] | undefined {
  return (schema as z.core.$ZodTypes | undefined)?._zod.def;
}
