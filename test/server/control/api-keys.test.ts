import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { later } from '../../support/later.js';
import { send, startTestServer, type TestServer } from '../http/running-server.js';

let thoth: TestServer;
beforeAll(async () => {
  thoth = await startTestServer();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const create = async (body: object) => (await thoth.call('POST', '/thoth/api-keys', body)).body;

describe('API keys', () => {
  it('show their plaintext once and keep the order of permissions', async () => {
    const created = await create({
      name: 'ci',
      scope_level: 'organization',
      permissions: ['write', 'execute', 'read'],
      jit_reason: 'release',
    });
    expect(created.api_key).toMatch(/^thoth_live_/);
    expect(created.api_key.startsWith(created.prefix)).toBe(true);
    expect(created.permissions).toEqual(['write', 'execute', 'read']);

    const read = await thoth.call('GET', `/thoth/x/api-keys/${created.key_id}`);
    expect(read.body).toMatchObject({ name: 'ci', permissions: ['write', 'execute', 'read'], active: true });
    const list = await thoth.call('GET', '/thoth/api-keys');
    expect(JSON.stringify([read.body, list.body])).not.toContain(
      created.api_key.slice(created.prefix.length),
    );
  });

  it('never invent a name and refuse more or less than one scope', async () => {
    expect((await create({ scope_level: 'organization', permissions: ['read'] })).name).toBeNull();
    for (const [scope, code] of [
      [{ scope_level: 'organization', scope_target_id: 'x' }, 'invalid_request'],
      [{ scope_level: 'agent' }, 'invalid_request'],
      [{ scope_level: 'fleet', scope_target_id: 'nowhere' }, 'scope_target_not_found'],
    ] as const) {
      const reply = await thoth.call('POST', '/thoth/api-keys', { ...scope, permissions: ['read'] });
      expect([reply.status, reply.body.error]).toEqual([400, code]);
    }
    const none = await thoth.call('POST', '/thoth/api-keys', {
      scope_level: 'organization',
      permissions: [],
    });
    expect(none.status).toBe(400);
  });

  it('open what their permissions and scope allow, and nothing more', async () => {
    const reader = await create({ scope_level: 'organization', permissions: ['read'] });
    const runner = await create({ scope_level: 'organization', permissions: ['execute'] });
    const agent = await create({
      scope_level: 'agent',
      scope_target_id: 'bot',
      permissions: ['read', 'write', 'execute'],
    });
    const tries: [string, string, object | undefined, number][] = [
      [reader.api_key, 'GET', undefined, 200],
      [reader.api_key, 'PUT', {}, 403],
      [runner.api_key, 'GET', undefined, 403],
      [agent.api_key, 'GET', undefined, 403],
      ['thoth_live_unknown', 'GET', undefined, 401],
    ];
    for (const [key, method, body, status] of tries) {
      expect((await thoth.call(method, '/thoth/settings', body, key)).status).toBe(status);
    }
    const check = await thoth.call('GET', '/thoth/auth/check', undefined, agent.api_key);
    expect(check.body).toMatchObject({ kind: 'api_key', scope_level: 'agent', scope_target_id: 'bot' });
  });

  it('stop working at once when revoked, also after a restart; revoking again is no change', async () => {
    const key = await create({ scope_level: 'organization', permissions: ['read'] });
    const revoke = () => thoth.call('DELETE', `/thoth/api-keys/${key.key_id}`);
    const first = await revoke();
    const second = await revoke();
    expect(second.body).toEqual(first.body);
    expect((await thoth.call('GET', '/thoth/settings', undefined, key.api_key)).status).toBe(401);
    await thoth.restart();
    expect((await thoth.call('GET', '/thoth/settings', undefined, key.api_key)).status).toBe(401);
    const row = (await thoth.call('GET', `/thoth/x/api-keys/${key.key_id}`)).body;
    expect(row.active).toBe(false);
    expect((await thoth.call('DELETE', '/thoth/api-keys/key_nobody')).status).toBe(404);
  });

  it('expire', async () => {
    const key = await create({ scope_level: 'organization', permissions: ['read'], ttl_seconds: 60 });
    const look = () => thoth.call('GET', '/thoth/settings', undefined, key.api_key);
    expect((await look()).status).toBe(200);
    const reply = await later(61, look);
    expect([reply.status, reply.body.error]).toEqual([401, 'credential_expired']);
  });

  it('are judged without becoming an error', async () => {
    const agent = await create({ scope_level: 'agent', scope_target_id: 'bot', permissions: ['execute'] });
    const other = await create({ scope_level: 'organization', permissions: ['read'] });
    const ask = async (apiKey: string, permission: string, type: string, id?: string) =>
      (
        await thoth.call('POST', `/thoth/api-keys/${agent.key_id}/authorize`, {
          api_key: apiKey,
          permission,
          resource_type: type,
          resource_id: id,
        })
      ).body;
    expect(await ask(agent.api_key, 'execute', 'agent', 'bot')).toMatchObject({
      valid: true,
      authorized: true,
    });
    expect(await ask(agent.api_key, 'execute', 'agent', 'cat')).toMatchObject({
      valid: true,
      scope_allowed: false,
    });
    expect(await ask(agent.api_key, 'write', 'agent', 'bot')).toMatchObject({ permission_allowed: false });
    expect(await ask(agent.api_key, 'execute', 'organization')).toMatchObject({ scope_allowed: false });
    expect(await ask(other.api_key, 'read', 'organization')).toMatchObject({
      valid: false,
      authorized: false,
    });
  });

  it('are counted', async () => {
    const { body } = await thoth.call('GET', '/thoth/api-keys/metrics');
    expect(body).toMatchObject({ key_usage_24h: 0, red_team_tests: 0 });
    expect(body.active_sdk_keys).toBeGreaterThan(3);
  });

  it('of one tenant do not open another', async () => {
    await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'second' });
    const key = await create({ scope_level: 'organization', permissions: ['read'] });
    const reply = await send('GET', `${thoth.server.url}/second/thoth/settings`, undefined, key.api_key);
    expect(reply.status).toBe(403);
  });
});
