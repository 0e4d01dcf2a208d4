import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDataPlane, type DataPlane, type Row } from '../enforce/data-plane.js';
import { send } from '../http/running-server.js';

let thoth: DataPlane;
let tenant: string;
beforeAll(async () => {
  thoth = await startDataPlane();
  tenant = thoth.server.tenantId;
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const VENDORS = '/thoth/mcp/vendors';
const get = async (path: string) => (await thoth.call('GET', path)).body;
const settings = (mcpControl: object) => thoth.call('PUT', '/thoth/settings', { mcp_control: mcpControl });
const create = (body: object) => thoth.call('POST', VENDORS, body);
const path = (id: string) => `${VENDORS}/${encodeURIComponent(id)}`;
const reported = (id: string, members: object) =>
  send(
    'POST',
    `${thoth.server.url}/v1/events/batch`,
    {
      events: [
        {
          event_id: `${tenant}:${id}`,
          tenant_id: tenant,
          agent_id: 'support-bot',
          session_id: 'session-1',
          user_id: 'system',
          source_type: 'agent_tool_call',
          event_type: 'TOOL_CALL_PRE',
          tool_name: 'search_docs',
          ...members,
        },
      ],
    },
    thoth.adminToken,
  );

describe('MCP vendors', () => {
  const written = {
    vendor_id: 'Acme Tools, Inc.',
    display_name: 'Acme',
    approved: true,
    host_patterns: ['mcp.acme.example', '*.acme.example'],
    source: 'manual',
    notes: 'reviewed',
    last_seen_at: '2026-03-01T10:00:00+02:00',
  };

  it('are created, read again without difference, updated, deleted and created again', async () => {
    const created = await create(written);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject(written);
    expect(await get(path(written.vendor_id))).toEqual(created.body);
    expect((await create(written)).status).toBe(409);

    const plain = { display_name: 'Acme Inc', host_patterns: ['mcp.acme.example'] };
    const updated = await thoth.call('PUT', path(written.vendor_id), plain);
    expect(updated.body).toMatchObject({
      ...plain,
      vendor_id: written.vendor_id,
      approved: false,
      source: null,
      notes: null,
      last_seen_at: null,
    });
    expect((await thoth.call('PUT', path(written.vendor_id), plain)).body).toEqual(updated.body);
    expect((await thoth.call('PUT', path(written.vendor_id), { ...plain, vendor_id: 'x' })).status).toBe(400);

    expect((await thoth.call('DELETE', path(written.vendor_id))).body).toEqual({ deleted: true });
    for (const method of ['GET', 'DELETE']) {
      expect((await thoth.call(method, path(written.vendor_id))).status).toBe(404);
    }
    expect((await thoth.call('PUT', path(written.vendor_id), plain)).status).toBe(404);
    const again = await create(written);
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject(written);
    await thoth.call('DELETE', path(written.vendor_id));
  });

  it('take any id a path can carry', async () => {
    for (const id of ['a/b?c#d%20', '..', 'ünï ✓', '__proto__']) {
      expect((await create({ vendor_id: id, display_name: 'x', host_patterns: ['x.example'] })).status).toBe(
        201,
      );
      const read = await fetch(`${thoth.server.url}/${tenant}${VENDORS}/${encodeURIComponent(id)}`, {
        headers: { authorization: `Bearer ${thoth.adminToken}` },
      });
      // `..` is resolved by the client before it is sent: such a vendor is listed, but has no address.
      if (id !== '..') expect(await read.json()).toMatchObject({ vendor_id: id });
    }
    expect((await get(VENDORS)).data.map((row: Row) => row['vendor_id'])).toEqual([
      '..',
      '__proto__',
      'a/b?c#d%20',
      'ünï ✓',
    ]);
    for (const id of ['a/b?c#d%20', 'ünï ✓', '__proto__']) await thoth.call('DELETE', path(id));
  });

  it('are filtered by approval', async () => {
    await create({ vendor_id: 'yes', display_name: 'y', approved: true, host_patterns: ['y.example'] });
    expect((await get(`${VENDORS}?approved=true`)).data).toMatchObject([{ vendor_id: 'yes' }]);
    expect((await get(`${VENDORS}?approved=false`)).data).toMatchObject([{ vendor_id: '..' }]);
    await thoth.call('DELETE', path('yes'));
  });

  it('keep tool lists that a client does not know of, until null clears them', async () => {
    const base = { display_name: 'T', host_patterns: ['t.example'] };
    await create({ vendor_id: 't', ...base, blocked_tools: ['rm'] });
    expect((await thoth.call('PUT', path('t'), base)).body).toMatchObject({
      allowed_tools: null,
      blocked_tools: ['rm'],
    });
    expect(
      (await thoth.call('PUT', path('t'), { ...base, blocked_tools: null })).body.blocked_tools,
    ).toBeNull();
    await thoth.call('DELETE', path('t'));
  });

  it('refuse what is no vendor', async () => {
    expect((await create({ display_name: 'x', host_patterns: ['x'] })).status).toBe(400);
    expect((await create({ vendor_id: 'x', display_name: 'x', host_patterns: [] })).status).toBe(400);
    expect((await create({ vendor_id: 'x', display_name: 'x', host_patterns: [' '] })).status).toBe(400);
  });
});

describe('MCP control', () => {
  const call = (host: string) => thoth.enforce({ metadata: { mcp_host: host }, endpoint_id: 'ep-1' });

  it('governs calls that name a server, by registry and settings', async () => {
    await create({
      vendor_id: 'docs',
      display_name: 'Docs',
      approved: true,
      host_patterns: ['*.docs.example'],
    });
    expect((await call('mcp.docs.example')).body.decision).toBe('ALLOW');
    expect((await call('evil.example')).body.decision).toBe('ALLOW');

    await settings({ enabled: true });
    expect((await call('https://mcp.docs.example/sse')).body.decision).toBe('ALLOW');
    expect((await call('evil.example')).body).toMatchObject({
      decision: 'BLOCK',
      decision_reason_code: 'mcp_host_not_approved',
    });
    expect((await thoth.enforce()).body.decision).toBe('ALLOW');

    const docs = { display_name: 'Docs', host_patterns: ['*.docs.example'] };
    await thoth.call('PUT', path('docs'), { ...docs, approved: true, blocked_tools: ['search_docs'] });
    expect((await call('mcp.docs.example')).body.decision_reason_code).toBe('mcp_tool_not_allowed');
    await thoth.call('PUT', path('docs'), { ...docs, approved: false, blocked_tools: null });
    expect((await call('mcp.docs.example')).body.decision_reason_code).toBe('mcp_host_not_approved');
    await settings({ pass_through_approved: false });
    expect((await call('mcp.docs.example')).body.decision).toBe('ALLOW');
    await settings({ approved_host_patterns: ['evil.example'] });
    expect((await call('evil.example')).body.decision).toBe('ALLOW');
    await settings({ observe_only: true, approved_host_patterns: [] });
    expect((await call('evil.example')).body.decision).toBe('ALLOW');

    const { data } = await get('/governance/evidence/verify-chain').then(() => get('/thoth/governance/feed'));
    expect(JSON.stringify(data)).toContain('mcp_host_not_approved');
  });

  it('holds again after a restart', async () => {
    await settings({ observe_only: false });
    await thoth.restart();
    expect((await call('evil.example')).body.decision).toBe('BLOCK');
    await settings({ enabled: false });
  });
});

describe('the MCP inventory', () => {
  const report = (query = '') => get(`/thoth/mcp/inventory/report${query}`);
  const row = async (id: string) =>
    (await report()).data.find((entry: Row) => entry['endpoint_id'] === id) as Row | undefined;

  it('counts calls per endpoint, and moves when a vendor is approved', async () => {
    await settings({
      enabled: false,
      approved_host_patterns: [],
      pass_through_approved: true,
      observe_only: false,
    });
    const before = (await get('/thoth/mcp/inventory/digest')).unapproved_calls;
    await thoth.enforce({ metadata: { mcp_server_url: 'https://new.example/mcp' }, endpoint_id: 'ep-2' });
    await thoth.enforce({ metadata: { mcp_host: 'new.example' }, endpoint_id: 'ep-2' });
    expect(await row('ep-2')).toMatchObject({
      unapproved_calls: 2,
      approved_calls: 0,
      total_calls: 2,
      hosts: ['new.example'],
      unapproved_hosts: ['new.example'],
      vendors: [],
    });
    const digest = await get('/thoth/mcp/inventory/digest?window_hours=24');
    expect(digest.window_hours).toBe(24);
    expect(digest.unapproved_calls).toBe(before + 2);
    expect(digest.recommended_actions.join(' ')).toContain('new.example');

    await create({ vendor_id: 'new', display_name: 'New', approved: true, host_patterns: ['new.example'] });
    expect(await row('ep-2')).toMatchObject({
      unapproved_calls: 0,
      approved_calls: 2,
      vendors: ['new'],
      hostname: null,
    });
    const endpoint = { endpoint_id: 'ep-2', hostname: 'mac-2' };
    expect((await thoth.call('POST', '/thoth/endpoints', endpoint)).status).toBeLessThan(300);
    expect(await row('ep-2')).toMatchObject({ hostname: 'mac-2', fleet_id: null });
    expect((await get(path('new'))).last_seen_at).toBe((await row('ep-2'))?.['last_seen_at']);
    expect((await get('/thoth/mcp/inventory/digest')).unapproved_calls).toBe(before);
  });

  it('counts a call once that was decided and reported, and one that was only reported', async () => {
    const metadata = { mcp_host: 'new.example', endpoint_id: 'ep-3' };
    expect((await reported('e1', { metadata, session_id: 'session-3' })).status).toBe(202);
    expect(await row('ep-3')).toMatchObject({ total_calls: 1 });
    await reported('e1', { metadata, session_id: 'session-3' });
    await reported('e2', { metadata, session_id: 'session-3', event_type: 'TOOL_CALL_POST' });
    await thoth.enforce({ metadata, endpoint_id: 'ep-3', session_id: 'session-3' });
    expect(await row('ep-3')).toMatchObject({ total_calls: 1 });
    await thoth.enforce({ metadata, endpoint_id: 'ep-3', session_id: 'session-3' });
    expect(await row('ep-3')).toMatchObject({ total_calls: 2 });
  });

  it('puts calls without an endpoint under their agent', async () => {
    await thoth.enforce({
      metadata: { mcp_host: 'new.example' },
      session_id: 'session-4',
      agent_id: 'rover',
      approved_scope: ['search_docs'],
    });
    expect(await row('agent:rover')).toMatchObject({ total_calls: 1 });
  });

  it('has a window', async () => {
    expect((await report()).window_hours).toBe(168);
    expect((await report('?window_hours=4320')).window_hours).toBe(4320);
    expect((await thoth.call('GET', '/thoth/mcp/inventory/report?window_hours=0')).status).toBe(400);
  });
});

describe('catalogue verification', () => {
  const verify = async (body: object, query = '') =>
    (await thoth.call('POST', `/thoth/mcp/catalog/verify${query}`, body)).body;
  const scope = (agent: string, tools: string[]) =>
    thoth.call('PUT', `/thoth/x/agents/${agent}/scope`, { approved_scope: tools });

  it('needs somebody to verify', async () => {
    expect((await thoth.call('POST', '/thoth/mcp/catalog/verify', {})).status).toBe(400);
    expect((await thoth.call('POST', '/thoth/mcp/catalog/verify', { other: 1 })).status).toBe(400);
  });

  it('changes with the scope of the agent', async () => {
    await scope('ops', ['read_logs']);
    const before = await verify({ principal: 'agent:ops' }, '?env=dev');
    expect(before).toMatchObject({
      allowed_tools: ['read_logs'],
      policy_count: 0,
      environment: 'dev',
      truncated: false,
    });
    expect(before.blocked_tools).toContain('search_docs');
    await scope('ops', ['read_logs', 'search_docs']);
    expect((await verify({ principal: 'ops' })).allowed_tools).toEqual(['read_logs', 'search_docs']);
  });

  it('changes with bundles, by environment', async () => {
    const bundle = await thoth.call('POST', '/thoth/policy-bundles', {
      name: 'ops',
      framework: 'CEDAR',
      raw_policy:
        'forbid (principal, action == Thoth::Action::"tool_call:read_logs", resource) when { context.environment == "prod" };\n' +
        '@thoth_effect("STEP_UP") forbid (principal, action == Thoth::Action::"tool_call:search_docs", resource);\n' +
        'permit (principal, action, resource);',
      assignments: ['agent:ops'],
      enforcement_mode: 'enforce',
      status: 'active',
    });
    expect(bundle.status).toBe(201);
    const prod = await verify({ principal: 'agent:ops' });
    expect(prod).toMatchObject({ policy_count: 1, matched_policies: [{ id: bundle.body.id }] });
    expect(prod.blocked_tools).toContain('read_logs');
    expect(prod.step_up_tools).toContain('search_docs');
    expect((await verify({ principal: 'agent:ops' }, '?env=dev')).allowed_tools).toContain('read_logs');
    expect((await verify({ principal: 'agent:other' })).policy_count).toBe(0);
    await thoth.call('DELETE', `/thoth/policy-bundles/${bundle.body.id}`);
    expect((await verify({ principal: 'agent:ops' })).allowed_tools).toContain('read_logs');
  });

  it('counts the packs that bind the agent', async () => {
    const before = await verify({ principal: 'agent:packed' });
    const applied = await thoth.call('POST', '/thoth/agents/packed/apply-pack', { pack_id: 'soc2-type2' });
    expect(applied.status).toBe(200);
    const after = await verify({ principal: 'agent:packed' });
    expect(after.policy_count).toBe(before.policy_count + 1);
    expect(after.matched_policies).toContainEqual(expect.objectContaining({ pack_id: 'soc2-type2' }));
  });

  it('changes with the vendors, once MCP control is on', async () => {
    await thoth.enforce({
      tool_name: 'read_logs',
      approved_scope: ['read_logs'],
      metadata: { mcp_host: 'new.example' },
    });
    expect((await verify({ principal: 'ops' })).allowed_tools).toContain('read_logs');
    await settings({ enabled: true });
    expect((await verify({ principal: 'ops' })).allowed_tools).toContain('read_logs');
    await thoth.call('PUT', path('new'), {
      display_name: 'New',
      host_patterns: ['new.example'],
      approved: false,
    });
    expect((await verify({ principal: 'ops' })).blocked_tools).toContain('read_logs');
  });

  it('knows people as well', async () => {
    const answer = await verify({ human_principal: 'ana@example.com', human_groups: ['security'] });
    expect(answer).toMatchObject({ principal: 'ana@example.com', allowed_tools: [] });
  });
});
