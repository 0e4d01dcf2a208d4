import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { MDM_PROVIDERS, strayMembers } from '../../src/journeys/mdm/index.js';
import { ROOT } from '../support/cli.js';

const { schemas } = parse(readFileSync(join(ROOT, 'docs/contract/govapi.openapi.yaml'), 'utf8')).components;
const schemaOf: Record<string, string> = schemas.MdmProviderConfig['x-config-by-provider'];

it.each(MDM_PROVIDERS)('%s reads exactly what the contract documents', (provider) => {
  const documented: object = schemas[schemaOf[provider] ?? ''].properties;
  expect(strayMembers(provider, documented)).toEqual([]);
  const [stray] = strayMembers(provider, { nothing_alike: 'hidden-value' });
  for (const member of Object.keys(documented)) expect(stray?.warning).toContain(member);
  expect(JSON.stringify(stray)).not.toContain('hidden-value');
  expect(strayMembers(provider, { forgotten: null })).toEqual([]);
});
