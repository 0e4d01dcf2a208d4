import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { isNode, list, node, type Node } from '../../scripts/generate/document.js';
import { objectShape } from '../../scripts/generate/object-shape.js';

const root = join(import.meta.dirname, '../..');

interface Case {
  readonly name: string;
  readonly schema: Node;
  readonly value: unknown;
  readonly validator: { safeParse(value: unknown): { success: boolean; data?: unknown } };
  readonly lookup: (name: string) => Node;
}

async function cases(plane: 'govapi' | 'enforcer'): Promise<Case[]> {
  const document = node(
    parse(await readFile(join(root, `docs/contract/${plane}.openapi.yaml`), 'utf8')),
    plane,
  );
  const schemas = node(node(document['components'], 'components')['schemas'], 'schemas');
  const validators = await allValidators(plane);
  const found: Case[] = [];
  for (const [name, value] of Object.entries(schemas)) {
    const schema = node(value, name);
    for (const example of list(schema['examples'])) {
      const validator = validators.get(name);
      if (validator === undefined) throw new TypeError(`no validator for ${name}`);
      found.push({ name, schema, value: example, validator, lookup: (other) => node(schemas[other], other) });
    }
  }
  return found;
}

async function allValidators(plane: 'govapi' | 'enforcer'): Promise<Map<string, Case['validator']>> {
  const { readdir } = await import('node:fs/promises');
  const folder = join(root, 'src/contract', plane);
  const found = new Map<string, Case['validator']>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.schemas.ts'))) {
    const module: Record<string, unknown> = await import(join(folder, file));
    const { schemas } = module;
    const shapes = typeof schemas === 'function' ? schemas().shapes : module;
    for (const [name, build] of Object.entries<() => Case['validator']>(shapes)) found.set(name, build());
  }
  return found;
}

describe.each(['govapi', 'enforcer'] as const)('%s', (plane) => {
  test('every schema has a validator that can be built', async () => {
    expect((await allValidators(plane)).size).toBeGreaterThan(15);
  });

  test('every example passes, unchanged and with members nobody knows', async () => {
    for (const { name, value, validator } of await cases(plane)) {
      expect(validator.safeParse(value), name).toMatchObject({ success: true, data: value });
      if (!isNode(value)) continue;
      const extended = { ...value, member_of_tomorrow: { a: [1] } };
      // Maps of one value type have no unknown members.
      const result = validator.safeParse(extended);
      if (result.success) expect(result.data, name).toEqual(extended);
    }
  });

  test('an example without a required member, or with one of a wrong kind, is refused', async () => {
    for (const { name, schema, value, validator, lookup } of await cases(plane)) {
      if (!isNode(value)) continue;
      for (const member of objectShape(schema, lookup).members) {
        if (!(member.name in value)) continue;
        if (member.required) {
          const { [member.name]: _, ...rest } = value;
          expect(validator.safeParse(rest).success, `${name} without ${member.name}`).toBe(false);
        }
        const type = isNode(member.schema) ? member.schema['type'] : undefined;
        if (typeof type !== 'string') continue;
        fc.assert(
          fc.property(fc.jsonValue(), (junk) => {
            fc.pre(kindOf(junk) !== (type === 'integer' ? 'number' : type));
            expect(
              validator.safeParse({ ...value, [member.name]: junk }).success,
              `${name}.${member.name}`,
            ).toBe(false);
          }),
          { numRuns: 20 },
        );
      }
    }
  });
});

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}
