import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../../src/json/object.js';
import { readPatch } from '../../../src/journeys/settings/patch.js';
import { strayPaths } from '../../../src/journeys/settings/stray-paths.js';
import { ROOT } from '../../support/cli.js';

const { schemas } = parse(readFileSync(join(ROOT, 'docs/contract/govapi.openapi.yaml'), 'utf8')).components;

/** A document with every member of a schema. */
function filled(schema: JsonObject): unknown {
  const { $ref: reference, properties, anyOf } = schema;
  if (typeof reference === 'string') return filled(schemas[reference.split('/').at(-1) ?? '']);
  if (Array.isArray(anyOf)) return filled(anyOf.find((one) => '$ref' in one || 'properties' in one) ?? {});
  if (!isJsonObject(properties)) return 'value';
  return Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, isJsonObject(inner) ? filled(inner) : inner]),
  );
}

it('every setting of the contract is known', () => {
  const whole = filled(schemas.TenantSettings);
  expect(whole).toMatchObject({ siem: { webhook: { url: 'value' } }, tool_risk_overrides: 'value' });
  expect(isJsonObject(whole) && strayPaths(whole)).toEqual([]);
  expect(strayPaths({ tool_risk_overrides: { 'any.tool': 'high' }, webhook: null })).toEqual([]);
});

it('a misspelt one is warned of by its name, never by its value', async () => {
  const warned: string[] = [];
  const set = ['webhook.secrt=mistyped-secret', 'shadow_policy.hihg=block', 'alien=1'];
  await readPatch({ set, setFile: [], file: undefined, warn: (text) => warned.push(text) });
  expect(warned.join('\n')).not.toContain('mistyped-secret');
  expect(warned).toEqual([
    expect.stringContaining('webhook.secrt, so it may do nothing; did you mean webhook.secret?'),
    expect.stringContaining('did you mean shadow_policy.high?'),
    expect.stringMatching(/documented as alien, so it may do nothing$/),
  ]);
});
