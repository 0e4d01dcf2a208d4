import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGovApi, type GovApi } from '../../src/govapi/index.js';
import { applyChanges } from '../../src/tenant/apply.js';
import { KINDS } from '../../src/tenant/kinds/index.js';
import type { SectionName } from '../../src/tenant/kinds/kind.js';
import { planTenant, type TenantPlan } from '../../src/tenant/plan.js';
import { readTenantFile } from '../../src/tenant/read.js';
import { startTestServer, type TestServer } from '../server/http/running-server.js';

let thoth: TestServer;
let api: GovApi;
let folder: string;

beforeAll(async () => {
  thoth = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'tenant-'));
  api = createGovApi({
    baseUrl: thoth.server.url,
    tenantId: thoth.server.tenantId,
    credential: { kind: 'bearer', secret: thoth.adminToken },
    version: '0.0.0',
    longLived: true,
  });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

/** Sections whose items go away, or are switched off, when they are pruned. */
const PRUNED = new Set<SectionName>([
  'fleets',
  'mcp_vendors',
  'mdm',
  'browser_providers',
  'browser_policies',
  'policy_bundles',
  'packs',
]);

type Some = <T>(value: fc.Arbitrary<T>) => fc.Arbitrary<T | undefined>;
const some: Some = (value) => fc.option(value, { nil: undefined });
const every: Some = (value) => value;
const named = <T>(item: fc.Arbitrary<T>, ...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), item, { maxKeys: names.length });
const words = (...all: string[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1 });
const word = fc.constantFrom('one', 'two words', 'ünï: "quoted"', '0', 'null', '# no comment');

const tenant = (some: Some) =>
  fc.record({
    settings: fc.record({
      shadow_policy: some(
        fc.record({
          low: some(fc.constantFrom('allow', 'block')),
          high: fc.constantFrom('step_up', 'block'),
        }),
      ),
      tool_risk_overrides: some(named(fc.constantFrom('low', 'critical'), 'pay', 'wipe')),
    }),
    fleets: named(
      fc.record({ region: some(word), rollout_pct: some(fc.integer({ min: 0, max: 100 })) }),
      'laptops',
      'a b',
    ),
    mcp_vendors: named(
      fc.record({
        display_name: word,
        approved: some(fc.boolean()),
        host_patterns: words('*.a.example', 'b.example', 'c.example'),
        notes: some(word),
      }),
      'acme',
      'Other Tools',
    ),
    mdm: named(
      fc.record({
        name: some(word),
        enabled: some(fc.boolean()),
        config: some(
          fc.record({
            base_url: some(word),
            'base_url.old': some(word),
            paging: some(fc.oneof(word, fc.record({ inner: word }))),
          }),
        ),
      }),
      'jamf',
      'custom',
    ),
    browser_providers: named(fc.record({ name: some(word), enabled: fc.boolean() }), 'chrome', 'firefox'),
    browser_policies: named(
      named(
        fc.record({
          policy: fc.record({ blocked_urls: words('x.example', 'y.example') }),
          enforcement_mode: fc.constantFrom('monitor', 'enforce'),
          active: fc.boolean(),
        }),
        'base',
        'strict',
      ),
      'chrome',
      'firefox',
    ),
    agents: named(fc.record({ approved_scope: words('read', 'write', 'pay') }), 'bot', 'clerk'),
    policy_bundles: named(
      fc.record({
        framework: fc.constant('CEDAR'),
        raw_policy: word.map(
          (purpose) =>
            `forbid (principal, action, resource) when { context.purpose == ${JSON.stringify(purpose)} };`,
        ),
        assignments: words('all', 'agent:bot'),
        status: some(fc.constantFrom('active', 'staged', 'paused')),
        description: some(word),
      }),
      'dlp',
      'team/pay',
    ),
    packs: named(
      named(fc.record({ environment: some(fc.constantFrom('dev', 'prod')) }), 'soc2-type2', 'gdpr-ai-agents'),
      'bot',
      'clerk',
    ),
  });
type Tenant = ReturnType<typeof tenant> extends fc.Arbitrary<infer T> ? T : never;

/** JSON is YAML; turned, every mapping and set of it has another order. */
function turned(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return /host_patterns|assignments/u.test(path) ? [...value].reverse() : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, turned(member, `${path}.${name}`)]),
  );
}

async function plan(wanted: unknown, prune: ReadonlySet<SectionName>): Promise<TenantPlan> {
  const file = join(folder, 'thoth.tenant.yaml');
  await writeFile(file, JSON.stringify({ version: 1, ...Object(wanted) }));
  return planTenant(api, await readTenantFile(file), { prune, secrets: false });
}

async function apply(wanted: Tenant, prune: ReadonlySet<SectionName>): Promise<void> {
  const { changes } = await plan(wanted, prune);
  await applyChanges(api, changes, { folder, env: {} });
}

/** What the tenant holds in the sections that can be pruned. */
async function held(): Promise<unknown> {
  const sections = await Promise.all(
    KINDS.filter(({ section }) => PRUNED.has(section)).map(async (kind) => [
      kind.section,
      (await kind.read(api, new Set()))
        .map(({ identity, fields }) => JSON.stringify([identity, fields]))
        .sort(),
    ]),
  );
  return Object.fromEntries(sections);
}

it('a tenant file brings any tenant to any other, in any order, and has nothing to change then', async () => {
  await fc.assert(
    fc.asyncProperty(tenant(some), tenant(some), fc.subarray([...PRUNED]), async (first, wanted, pruned) => {
      const prune = new Set(pruned);
      await apply(first, prune);
      await apply(wanted, prune);
      expect((await plan(wanted, prune)).changes).toEqual([]);
      expect((await plan(turned(wanted, ''), prune)).changes).toEqual([]);
    }),
    { numRuns: 12 },
  );
});

it('where a tenant came from makes no difference once it is pruned to a file that names every member', async () => {
  await fc.assert(
    fc.asyncProperty(tenant(some), tenant(some), tenant(every), async (one, other, wanted) => {
      await apply(one, PRUNED);
      await apply(wanted, PRUNED);
      const fromOne = await held();
      await apply(other, new Set());
      await apply(wanted, PRUNED);
      expect(await held()).toEqual(fromOne);
    }),
    { numRuns: 5 },
  );
});
