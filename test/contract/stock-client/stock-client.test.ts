import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources, type Resource } from './resources.js';
import { rows, StockClient, type Json } from './stock-client.js';

// Everything here follows the published contract and its consistency rules, as a Terraform provider does: whatever was
// planned must be what is read back, whatever was not must not appear.

let client: StockClient;
beforeAll(async () => {
  client = await StockClient.start();
});
afterAll(() => client.stop());

it('imports nothing from the sources', async () => {
  for (const file of await readdir(import.meta.dirname))
    expect(await readFile(join(import.meta.dirname, file), 'utf8'), file).not.toMatch(/from '[^']*\/src\//);
});

/** Differences a provider would report as drift. */
function drift(resource: Resource, planned: Json, state: Json): string[] {
  const said: string[] = [];
  for (const [member, value] of Object.entries(planned)) {
    if (resource.writeOnly?.includes(member) === true) continue;
    const [want, have] =
      resource.sets?.includes(member) === true
        ? [sorted(value), sorted(state[member])]
        : [value, state[member]];
    if (canonical(want) !== canonical(have))
      said.push(`${member}: planned ${canonical(want)}, found ${canonical(have)}`);
  }
  for (const member of resource.neverInvented)
    if (!(member in planned) && !nothing(state[member]))
      said.push(`${member}: invented ${canonical(state[member])}`);
  for (const member of resource.alwaysReturned) if (nothing(state[member])) said.push(`${member}: missing`);
  return said;
}

const nothing = (value: unknown): boolean => value === undefined || value === null || value === '';
const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);

/** Values compare as JSON with sorted members; the order of lists counts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

describe.each(resources)('$name', (resource) => {
  const settle = async (planned: Json, state: Json): Promise<string> => {
    expect(drift(resource, planned, state), 'in the reply').toEqual([]);
    const id = String(state[resource.idMember]);
    for (const pass of ['first', 'second']) {
      const found = await resource.read(client, id);
      expect(found, `${pass} refresh`).toBeDefined();
      expect(drift(resource, planned, found ?? {}), `${pass} refresh`).toEqual([]);
    }
    return id;
  };

  it('is created, re-read without difference, updated, destroyed and made again', async () => {
    const id = await settle(resource.planned, await resource.create(client, resource.planned));
    const changed = await settle(resource.changed, await resource.update(client, id, resource.changed));
    if (resource.versioned === undefined) expect(changed).toBe(id);
    expect(await resource.destroy(client, changed, resource.changed)).toBeLessThan(300);
    expect(resource.destroyed(await resource.read(client, changed))).toBe(true);
    // Destroying what is gone is a success to every client.
    expect([200, 202, 204, 404]).toContain(await resource.destroy(client, changed, resource.changed));
    await settle(resource.planned, await resource.create(client, resource.planned));
  });

  it('invents nothing when only the least is given', async () => {
    await settle(resource.least, await resource.create(client, resource.least));
  });
});

describe('the settings document', () => {
  const read = () => client.ok('GET', '/thoth/settings');
  const write = (body: Json) => client.ok('PUT', '/thoth/settings', body);

  it('loses nothing to five writers in parallel that each send the whole document back', async () => {
    const sections: readonly (readonly [string, Json])[] = [
      ['shadow_policy', { low: 'allow', medium: 'step_up', high: 'step_up', critical: 'block' }],
      ['webhook', { enabled: true, url: 'https://hooks.example/t' }],
      ['siem', { provider: 'splunk', webhook: { enabled: false, url: 'https://siem.example/' } }],
      ['pam', { enabled: true, provider: 'sailpoint', request_timeout_seconds: 12.5 }],
      ['mcp_control', { enabled: true, approved_host_patterns: ['b.example', 'a.example'] }],
    ];
    for (let round = 0; round < 5; round += 1) {
      const base = await read();
      await Promise.all(
        sections.map(([name, section]) =>
          write({ ...base, [name]: { ...section, [`round_${round}`]: round } }),
        ),
      );
      const after = await read();
      for (const [name, section] of sections)
        expect(after[name], name).toMatchObject({ ...section, [`round_${round}`]: round });
    }
  });

  it('keeps members it does not know, clears what is null, and stands still when nothing changes', async () => {
    await write({
      approvalMode: 'strict',
      nested: { keep: [1, 'two', null] },
      regulatory_regimes: ['soc2', 'gdpr'],
    });
    const first = await read();
    expect(first).toMatchObject({
      approvalMode: 'strict',
      nested: { keep: [1, 'two', null] },
      regulatory_regimes: ['soc2', 'gdpr'],
    });
    expect(first['model_router']).toBeDefined();
    const same = await write(first);
    expect(same['updated_at']).toBe(first['updated_at']);
    await write({ approvalMode: null });
    expect((await read())['approvalMode'] ?? null).toBeNull();
  });

  it('replaces tool risk overrides as a unit and never reads a secret back', async () => {
    await write({
      tool_risk_overrides: { a: 'high', b: 'low' },
      webhook: { secret: 'shh-1' },
      pam: { callback_secret: 'shh-2' },
    });
    await write({ tool_risk_overrides: { b: 'medium' } });
    const after = await read();
    expect(after['tool_risk_overrides']).toEqual({ b: 'medium' });
    expect(JSON.stringify(after)).not.toContain('shh');
    // What was read is sent back without secrets, or with a mask: both keep them.
    await write({ ...after, webhook: { enabled: true, url: 'https://hooks.example/t', secret: '********' } });
    expect((await read())['webhook']).not.toHaveProperty('secret');
  });

  it('invents no profile, tier, address or provider', async () => {
    const created = await client.ok('POST', '/thoth/x/tenants', { tenant_id: 'untouched' });
    const response = await fetch(`${client.url}/untouched/thoth/settings`, {
      headers: { authorization: `Bearer ${String(created['admin_token'])}` },
    });
    const fresh = (await response.json()) as Json;
    expect(fresh['compliance_profile'] ?? null).toBeNull();
    expect(JSON.stringify(fresh['shadow_policy'] ?? {})).not.toMatch(/allow|step_up|block/);
    expect(JSON.stringify([fresh['webhook'], fresh['siem']])).not.toMatch(/https?:|splunk|sentinel/);
    expect(fresh).toHaveProperty('model_router');
  });
});

describe('payload quirks of today’s clients', () => {
  it.each([
    '/governance/evidence/thoth/backfill',
    '/thoth/governance/evidence/thoth/backfill',
    '/thoth/governance/backfill-decision-fields',
  ])('POST %s takes the literal null with options in the query, or options in the body', async (path) => {
    expect(
      await client.ok('POST', `${path}?dry_run=true&include_blocked_events=true&limit=5`, null),
    ).toHaveProperty('examined');
    expect(await client.ok('POST', `${path}?limit=5`, { limit: 3, dry_run: true })).toHaveProperty(
      'examined',
    );
  });

  it('quarantine comes without body and content type and is felt by the next call', async () => {
    await client.ok('POST', '/thoth/endpoints', { endpoint_id: 'mac-9', hostname: 'mac-9' });
    const call = { endpoint_id: 'mac-9' };
    expect(await client.decide(call)).toMatchObject({ decision: 'ALLOW' });
    expect((await client.send('POST', '/thoth/endpoints/mac-9/quarantine')).status).toBeLessThan(300);
    expect(await client.decide(call)).toMatchObject({ decision: 'BLOCK' });
  });

  it('the operator writes an MDM provider by address and key, Terraform by config: one object', async () => {
    await client.ok('POST', '/thoth/mdm/providers', {
      provider: 'kandji',
      endpoint_url: 'https://k.example',
      enabled: true,
      api_key: 'k1',
    });
    await client.ok('POST', '/thoth/mdm/providers', {
      provider: 'kandji',
      name: 'fleet',
      enabled: true,
      config: { api_token: 'k2' },
    });
    const found = rows(await client.ok('GET', '/thoth/mdm/providers'), 'data').filter(
      (row) => row['provider'] === 'kandji',
    );
    expect(found).toMatchObject([{ name: 'fleet', endpoint_url: 'https://k.example' }]);
    expect(JSON.stringify(found)).not.toMatch(/k1|k2/);
  });

  it('triggers take an empty object and answer in a final or running state', async () => {
    expect(String((await client.ok('POST', '/thoth/policies/sync', {}))['status'])).toMatch(
      /^(success|partial|no_change|error|disabled|queued|running)$/,
    );
    expect(await client.ok('GET', '/thoth/policies/sync/status')).toHaveProperty('configured');
  });

  it('disabled is stored as paused, filters take either case, static paths win over ids', async () => {
    const body = {
      name: 'off',
      framework: 'CEDAR',
      raw_policy: 'permit(principal, action, resource);',
      status: 'disabled',
      enforcement_mode: 'observe',
      assignments: null,
    };
    expect(await client.ok('POST', '/thoth/policy-bundles', body)).toMatchObject({
      status: 'paused',
      assignments: ['all'],
    });
    const named = async (query: string) =>
      rows(await client.ok('GET', `/thoth/policy-bundles?${query}`), 'data').map((row) => row['name']);
    expect(await named('framework=cedar&status=disabled')).toContain('off');
    expect(await named('framework=opa')).not.toContain('off');
    for (const path of [
      '/thoth/policy-bundles/effective',
      '/thoth/endpoints/stats',
      '/thoth/api-keys/metrics',
      '/thoth/reports/day7',
      '/thoth/packs/runtime-status',
    ])
      expect((await client.send('GET', path)).status, path).toBe(200);
  });

  it('an approval keeps the word of whoever resolved it and stays in the complete list', async () => {
    const key = String(
      (await client.ok('POST', '/thoth/api-keys', { scope_level: 'organization', permissions: ['execute'] }))[
        'api_key'
      ],
    );
    const response = await fetch(`${client.url}/v1/enforce`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        tenant_id: client.tenant,
        agent_id: 'careful-bot',
        user_id: 'u',
        tool_name: 'open_ticket',
        session_id: 's',
        session_tool_calls: [],
        approved_scope: [],
        enforcement_mode: 'step_up',
        environment: 'prod',
      }),
    });
    const held: unknown = await response.json();
    expect(held, JSON.stringify(held)).toMatchObject({ decision: 'STEP_UP' });
    const [open] = rows(await client.ok('GET', '/thoth/approvals?status=pending'), 'data');
    const id = String(open?.['approval_id']);
    const resolved = await client.ok('POST', `/thoth/approvals/${id}/resolve`, {
      decision: 'blocked',
      reason: 'no',
    });
    expect(resolved).toMatchObject({ decision: 'blocked' });
    expect(
      rows(await client.ok('GET', '/thoth/approvals'), 'data').map((row) => row['approval_id']),
    ).toContain(id);
  });

  it('errors are flat, and a foreign tenant is 403', async () => {
    const missing = await client.send('GET', '/thoth/fleets/none');
    expect(missing.status).toBe(404);
    expect(typeof missing.body['error']).toBe('string');
    expect(typeof missing.body['message']).toBe('string');
    expect(
      (
        await client.send('POST', '/thoth/mcp/vendors', {
          display_name: 'x',
          host_patterns: ['plain.example'],
          vendor_id: 'plain',
        })
      ).status,
    ).toBe(409);
    const foreign = await fetch(`${client.url}/elsewhere/thoth/settings`, {
      headers: { authorization: 'Bearer nonsense' },
    });
    expect([401, 403]).toContain(foreign.status);
  });
});
