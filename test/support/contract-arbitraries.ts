import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { parse } from 'yaml';

/** Stands for a number JSON can spell and no double can hold; put into the text by `jsonText`. */
const HUGE_NUMBER = '@@huge-number@@';

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Values that have broken servers before. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    0.5,
    2 ** 53,
    1e308,
    '',
    ' ',
    'a\u0000b',
    '\ud800',
    'x\udc00y',
    '\u202Ereversed\u001b[2J',
    '__proto__',
    'constructor',
    '../../../etc/passwd',
    'file:///etc/passwd',
    "'; DROP TABLE settings; --",
    HUGE_NUMBER,
    'y'.repeat(20_000),
    [],
    {},
    [[]],
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    nested(40),
    nested(3_000),
  ),
  fc.string(),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Bodies and queries of one contract document, generated from its schemas, some of them spoilt on purpose. */
export class ContractArbitraries {
  readonly #document: Node;

  constructor(file: string) {
    const document: unknown = parse(readFileSync(file, 'utf8'));
    this.#document = isNode(document) ? document : {};
  }

  /** Every error code the document names. */
  get errorCodes(): readonly unknown[] {
    const codes = this.#at(this.#document, 'components', 'schemas', 'Error', 'x-known-codes') ?? {};
    return Object.values(codes).flatMap(list);
  }

  /** The request body of an operation: mostly of the shape its schema asks for. */
  body(path: string, method: string): fc.Arbitrary<unknown> {
    const schema = this.#at(
      this.#operation(path, method),
      'requestBody',
      'content',
      'application/json',
      'schema',
    );
    return schema === undefined ? fc.constant(undefined) : this.#value(schema, 6);
  }

  /** Known query parameters with values of their schema or hostile ones. */
  query(path: string, method: string): fc.Arbitrary<Readonly<Record<string, unknown>>> {
    const parameters = [
      ...list(this.#at(this.#document, 'paths', path, 'parameters')),
      ...list(this.#operation(path, method)?.['parameters']),
    ]
      .map((each) => this.#resolve(each))
      .filter((each) => each['in'] === 'query');
    return fc.record(
      Object.fromEntries(
        parameters.map((each) => [String(each['name']), this.#value(this.#resolve(each['schema']), 2)]),
      ),
      { requiredKeys: [] },
    );
  }

  #operation(path: string, method: string): Node | undefined {
    return this.#at(this.#document, 'paths', path, method.toLowerCase());
  }

  #at(from: Node | undefined, ...names: readonly string[]): Node | undefined {
    let node: Node | undefined = from;
    for (const name of names) {
      const next: unknown = node === undefined ? undefined : this.#resolve(node)[name];
      if (Array.isArray(next)) return next as unknown as Node;
      node = isNode(next) ? next : undefined;
    }
    return node;
  }

  #resolve(value: unknown): Node {
    if (!isNode(value)) return {};
    const reference = value['$ref'];
    if (typeof reference !== 'string') return value;
    let node: unknown = this.#document;
    for (const name of reference.replace('#/', '').split('/')) node = isNode(node) ? node[name] : undefined;
    return this.#resolve(node);
  }

  #value(schema: Node, depth: number): fc.Arbitrary<unknown> {
    return fc.oneof({ weight: 12, arbitrary: this.#valid(schema, depth) }, { weight: 1, arbitrary: hostile });
  }

  #valid(given: Node, depth: number): fc.Arbitrary<unknown> {
    const schema = this.#resolve(given);
    const examples = list(schema['examples']);
    const fromExamples = examples.length > 0 ? fc.constantFrom(...examples) : undefined;
    const choices = [...list(schema['enum'])];
    if ('const' in schema) choices.push(schema['const']);
    if (choices.length > 0) return fc.constantFrom(...choices);
    if (depth <= 0) return fc.constantFrom<unknown>('x', 1, null, {});
    const branches = [...list(schema['oneOf']), ...list(schema['anyOf'])].map((each) => this.#resolve(each));
    const typed = branches.filter((each) => each['type'] !== undefined || each['properties'] !== undefined);
    if (typed.length > 0 && schema['properties'] === undefined)
      return fc.oneof(...typed.map((each) => this.#valid(each, depth - 1)));
    const built = this.#built(schema, depth);
    return fromExamples === undefined ? built : fc.oneof(fromExamples, built);
  }

  #built(schema: Node, depth: number): fc.Arbitrary<unknown> {
    const kinds = Array.isArray(schema['type']) ? list(schema['type']) : [schema['type']];
    const parts = list(schema['allOf']).map((each) => this.#resolve(each));
    return fc.constantFrom(...kinds).chain((kind): fc.Arbitrary<unknown> => {
      if (kind === 'string') return this.#text(schema);
      if (kind === 'boolean') return fc.boolean();
      if (kind === 'integer') {
        const min = Number(schema['minimum'] ?? -10);
        return fc.oneof(
          fc.integer({ min, max: Math.max(min, Number(schema['maximum'] ?? 10_000)) }),
          fc.constant(Number(schema['maximum'] ?? Number.MAX_SAFE_INTEGER)),
        );
      }
      if (kind === 'number') return fc.double({ min: 0, max: 1000, noNaN: true });
      if (kind === 'null') return fc.constant(null);
      if (kind === 'array')
        return fc.array(this.#value(this.#resolve(schema['items']), depth - 1), { maxLength: 4 });
      if (kind === 'object' || schema['properties'] !== undefined || parts.length > 0)
        return this.#object(schema, parts, depth);
      return fc.jsonValue({ maxDepth: 2 });
    });
  }

  #text(schema: Node): fc.Arbitrary<string> {
    if (schema['format'] === 'date-time') return fc.constantFrom('2026-03-02T09:00:00Z', '2026-03-02T09:00Z');
    const words = fc.constantFrom(
      'support-bot',
      'search_docs',
      'session-1',
      'thoth',
      'all',
      '2026-03-02T09:00:00Z',
      'https://example.com/hook',
      'permit(principal, action, resource);',
      'file:///etc/passwd',
    );
    return fc.oneof(words, fc.string({ minLength: Math.min(Number(schema['minLength'] ?? 0), 50) }));
  }

  #object(schema: Node, parts: readonly Node[], depth: number): fc.Arbitrary<unknown> {
    const properties: Record<string, fc.Arbitrary<unknown>> = {};
    const required: string[] = [];
    for (const part of [schema, ...parts]) {
      const members = this.#resolve(part['properties']);
      for (const [name, member] of Object.entries(members))
        properties[name] = this.#value(this.#resolve(member), depth - 1);
      for (const name of list(part['required']))
        if (typeof name === 'string' && name in members) required.push(name);
    }
    const known = fc.record(properties, { requiredKeys: required });
    // Readers are open: members nobody knows must do no harm.
    const unknown = fc.dictionary(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'zz', 'x-\ud800'),
      hostile,
      {
        maxKeys: 1,
      },
    );
    return fc.oneof(
      { weight: 9, arbitrary: known },
      { weight: 1, arbitrary: fc.tuple(known, unknown).map(([left, right]) => ({ ...left, ...right })) },
    );
  }
}

/** JSON text of a generated body, with the numbers in it that no double can hold. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(`"${HUGE_NUMBER}"`, '1e999');
}
