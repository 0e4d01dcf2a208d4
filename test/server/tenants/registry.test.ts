import * as fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from '../../../src/server/store/index.js';
import { createTenantRegistry } from '../../../src/server/tenants/registry.js';

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-registry-'));
  store = await openStore({ dataDir: join(folder, 'data') });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const change = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'ab', 'B'),
  status: fc.constantFrom('active', 'staged', 'paused'),
  mode: fc.constantFrom('enforce', 'observe'),
  withdraws: fc.boolean(),
});

test('reading only the bundle that changed leaves the same bundles in force as reading all of them', async () => {
  let tenants = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      tenants += 1;
      const tenantId = `t${tenants}`;
      const statement = store.build.insertInto('tenants').values({ tenant_id: tenantId, created_at: 1 });
      await store.commit({ tenantId, statements: [statement.compile()], evidence: [] });
      const made: { id: string; name: string }[] = [];
      const heard: string[] = [];
      const registry = await createTenantRegistry(store, (bundles) => {
        heard.push(...bundles.map(({ id }) => id));
      });

      for (const [index, { name, status, mode, withdraws }] of changes.entries()) {
        const last = made.filter((bundle) => bundle.name === name).at(-1);
        const query =
          withdraws && last !== undefined
            ? store.build
                .updateTable('policy_bundles')
                .set({ deleted_at: 2 })
                .where('tenant_id', '=', tenantId)
                .where('id', '=', last.id)
            : store.build.insertInto('policy_bundles').values({
                tenant_id: tenantId,
                id: `pb_${index}`,
                name,
                version: index + 1,
                framework: 'CEDAR',
                raw_policy: `// ${index}`,
                policy_hash: String(index),
                assignments: '["all"]',
                status,
                enforcement_mode: mode,
                evaluable: 1,
                document: '{}',
                created_at: 1,
                updated_at: 1,
                deleted_at: null,
              });
        if (!withdraws || last === undefined) made.push({ id: `pb_${index}`, name });
        await store.commit({ tenantId, statements: [query.compile()], evidence: [] });
        await registry.reloadBundle(tenantId, name);
      }

      const fresh = (await createTenantRegistry(store)).snapshot(tenantId);
      expect(registry.snapshot(tenantId)?.bundles).toEqual(fresh?.bundles);
      // What came into force was handed over to be made ready.
      for (const { id } of fresh?.bundles ?? []) expect(heard).toContain(id);
    }),
    { numRuns: 25 },
  );
});
