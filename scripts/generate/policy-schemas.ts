import * as z from 'zod/mini';
import { manifestSchema } from '../../src/policy/manifest/schema.js';
import { grantsSchema, principalsSchema, resourcesSchema } from '../../src/policy/templates/schema.js';
import { testFileSchema } from '../../src/policy/testing/schema.js';
import { tenantFileSchema } from '../../src/tenant/schema.js';

/** JSON Schemas of what authors write, made of the very shapes the reader narrows with; by file in `docs/schema`. */
export function policySchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries({
      'thoth.policy.schema.json': manifestSchema,
      'policy-test.schema.json': testFileSchema,
      'thoth.tenant.schema.json': tenantFileSchema,
      'principals.schema.json': principalsSchema,
      'resources.schema.json': resourcesSchema,
      'grants.schema.json': grantsSchema,
    }).map(([file, schema]) => [
      file,
      JSON.stringify({
        $id: `https://thothctl.dev/schema/${file}`,
        ...z.toJSONSchema(schema, { io: 'input' }),
      }),
    ]),
  );
}
