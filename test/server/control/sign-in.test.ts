import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, startTestServer, type TestServer } from '../http/running-server.js';

let thoth: TestServer;
beforeAll(async () => {
  thoth = await startTestServer();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const issue = async (body?: object) => (await thoth.call('POST', '/thoth/x/auth/codes', body)).body;
const exchange = (body: object) => thoth.call('POST', '/thoth/auth/cli/exchange', body, null);

describe('signing in', () => {
  it('exchanges a one-time code for a session that names its holder', async () => {
    const started = await thoth.call(
      'POST',
      '/thoth/auth/cli/start',
      { admin_email: 'ops@example.com' },
      null,
    );
    expect(started.status).toBe(200);
    const { code } = await issue({ admin_email: 'ops@example.com' });
    const typed = code.toLowerCase().replaceAll('-', ' ');
    const session = await exchange({ code: typed, state: started.body.state });
    expect(session.body).toMatchObject({ token_type: 'Bearer', principal: 'ops@example.com' });
    expect(session.body.token.startsWith('thoth_')).toBe(false);
    const claims = JSON.parse(Buffer.from(session.body.token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ org_id: 'local', role: 'admin' });
    expect(claims.exp - claims.iat).toBe(12 * 3600);

    const check = await thoth.call('GET', '/thoth/auth/check', undefined, session.body.token);
    expect(check.body).toMatchObject({ principal: 'ops@example.com', kind: 'admin', tenant_id: 'local' });
    expect(check.body.expires_at).toBe(session.body.expires_at);
  });

  it('takes a code once, even when it is exchanged twice at the same time', async () => {
    const { code } = await issue();
    const replies = await Promise.all([exchange({ code }), exchange({ code }), exchange({ code })]);
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 401, 401]);
    expect((await exchange({ code })).body.error).toBe('login_code_rejected');
  });

  it('refuses a wrong code and a foreign state, and tells nobody which tenants there are', async () => {
    expect((await exchange({ code: 'BCDF-BCDF-BCDF-BCDF' })).status).toBe(401);
    const { code } = await issue();
    expect((await exchange({ code, state: 'forged.state' })).status).toBe(400);
    const answers = await Promise.all(
      ['local', 'elsewhere'].map(async (tenant) => {
        const path = `${thoth.server.url}/${tenant}/thoth/auth/cli`;
        const started = await send('POST', `${path}/start`, {});
        const refused = await send('POST', `${path}/exchange`, { code: 'BCDF', state: started.body.state });
        return [started.status, Object.keys(started.body), refused.status, refused.body.message];
      }),
    );
    expect(answers[0]?.[0]).toBe(200);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('lets only an admin issue codes', async () => {
    const key = await thoth.call('POST', '/thoth/api-keys', {
      scope_level: 'organization',
      permissions: ['read', 'write'],
    });
    expect((await thoth.call('POST', '/thoth/x/auth/codes', {}, key.body.api_key)).status).toBe(403);
  });

  it('ends a session at sign-out', async () => {
    const { code } = await issue();
    const { token } = (await exchange({ code })).body;
    expect((await thoth.call('POST', '/thoth/x/auth/logout', undefined, token)).body).toEqual({
      revoked: true,
    });
    expect((await thoth.call('GET', '/thoth/auth/check', undefined, token)).status).toBe(401);
  });
});

describe('tenants', () => {
  it('are made by the owner alone and live apart', async () => {
    const made = await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'acme' });
    expect(made.status).toBe(201);
    const theirs = made.body.admin_token;
    const acme = (method: string, path: string, body?: unknown) =>
      send(method, `${thoth.server.url}/acme${path}`, body, theirs);
    expect((await acme('PUT', '/thoth/settings', { siem: { provider: 'acme-siem' } })).status).toBe(200);
    expect((await thoth.call('GET', '/thoth/settings')).body).not.toHaveProperty('siem');
    expect((await acme('GET', '/thoth/x/tenants')).body.error).toBe('not_owner_tenant');
    expect(
      (await send('GET', `${thoth.server.url}/acme/thoth/settings`, undefined, thoth.adminToken)).status,
    ).toBe(403);

    const list = await thoth.call('GET', '/thoth/x/tenants');
    expect(list.body.data.map((tenant: { tenant_id: string }) => tenant.tenant_id)).toEqual([
      'acme',
      'local',
    ]);
    expect((await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'acme' })).status).toBe(409);
    expect((await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'No Good' })).status).toBe(400);
  });
});

describe('agents', () => {
  it('have a scope that is set, read and listed', async () => {
    const path = '/thoth/x/agents/coding%20agent/scope';
    expect((await thoth.call('GET', path)).status).toBe(404);
    const set = await thoth.call('PUT', path, { approved_scope: ['read_file', 'write_file', 'read_file'] });
    expect(set.body).toMatchObject({ agent_id: 'coding agent', approved_scope: ['read_file', 'write_file'] });
    expect((await thoth.call('PUT', path, { approved_scope: ['read_file', 'write_file'] })).body).toEqual(
      set.body,
    );
    expect((await thoth.call('GET', path)).body).toEqual(set.body);
    const { body } = await thoth.call('GET', '/thoth/x/agents');
    expect(body.data).toMatchObject([
      { agent_id: 'coding agent', approved_scope: ['read_file', 'write_file'] },
    ]);
  });
});

describe('the server', () => {
  it('says what it is and backs itself up', async () => {
    expect((await thoth.call('GET', '/thoth/x/server')).body).toMatchObject({ product: 'thothctl' });
    const backup = await thoth.call('POST', '/thoth/x/server/backup', { name: 'one.db' });
    expect(backup.status).toBe(201);
    expect(backup.body.bytes).toBeGreaterThan(0);
    expect((await thoth.call('POST', '/thoth/x/server/backup', { name: 'one.db' })).status).toBe(409);
    expect((await thoth.call('POST', '/thoth/x/server/backup', { name: '../one.db' })).status).toBe(400);
  });
});
