import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

export const accessEffects: Effects<
  | 'startCliLogin'
  | 'exchangeCliLogin'
  | 'checkAuth'
  | 'endCliSession'
  | 'issueLoginCode'
  | 'listTenants'
  | 'createTenant'
  | 'listAgents'
  | 'getAgentScope'
  | 'setAgentScope'
  | 'getServerInfo'
  | 'backupServer'
> = {
  async startCliLogin({ api }) {
    const first = await api.call('startCliLogin', { body: {} });
    const { code } = await api.call('issueLoginCode', { body: {} });
    const session = await api.call('exchangeCliLogin', { body: { code, state: first.state } });
    expect(session.token).not.toBe('');
    const second = await api.call('issueLoginCode', { body: {} });
    await expect(
      api.call('exchangeCliLogin', { body: { code: second.code, state: `${first.state}x` } }),
    ).rejects.toThrow();
  },

  async exchangeCliLogin({ api, as }) {
    const { code } = await api.call('issueLoginCode', { body: { admin_email: 'ops@example.com' } });
    const session = await api.call('exchangeCliLogin', { body: { code } });
    expect(await as(session.token).call('checkAuth', {})).toMatchObject({
      authenticated: true,
      kind: 'admin',
    });
    await expect(api.call('exchangeCliLogin', { body: { code } })).rejects.toThrow();
  },

  async checkAuth({ api, as }) {
    expect(await api.call('checkAuth', {})).toMatchObject({ kind: 'admin' });
    const key = await api.call('createApiKey', {
      body: { scope_level: 'organization', permissions: ['read'] },
    });
    expect(await as(key.api_key).call('checkAuth', {})).toMatchObject({
      kind: 'api_key',
      permissions: ['read'],
    });
  },

  async endCliSession({ api, as }) {
    const { code } = await api.call('issueLoginCode', { body: {} });
    const { token } = await api.call('exchangeCliLogin', { body: { code } });
    expect(await as(token).call('endCliSession', {})).toMatchObject({ revoked: true });
    await expect(as(token).call('checkAuth', {})).rejects.toMatchObject({ exit: 'unauthenticated' });
  },

  async issueLoginCode({ api }) {
    const codes = [
      await api.call('issueLoginCode', { body: {} }),
      await api.call('issueLoginCode', { body: {} }),
    ];
    expect(new Set(codes.map((each) => each.code)).size).toBe(2);
    for (const { code } of codes) await api.call('exchangeCliLogin', { body: { code } });
  },

  async listTenants({ api, fresh }) {
    const ids = async () => (await api.call('listTenants', {})).data.map((tenant) => tenant.tenant_id);
    const id = fresh('tenant');
    expect(await ids()).not.toContain(id);
    await api.call('createTenant', { body: { tenant_id: id } });
    expect(await ids()).toContain(id);
  },

  async createTenant({ api, fresh, thoth }) {
    const tenantId = fresh('tenant');
    const url = `${thoth.server.url}/${tenantId}/thoth/settings`;
    const created = await api.call('createTenant', { body: { tenant_id: tenantId } });
    const read = (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect((await read(created.admin_token ?? '')).status).toBe(200);
    expect((await read(thoth.adminToken)).status).toBe(403);
  },

  async listAgents({ api, governed, fresh }) {
    const agent = fresh('agent');
    const row = async () => (await api.call('listAgents', {})).data.find((each) => each.agent_id === agent);
    expect(await row()).toBeUndefined();
    await governed({ agent_id: agent });
    expect(await row()).toMatchObject({ approved_scope: null });
    await api.call('setAgentScope', { path: { agentId: agent }, body: { approved_scope: ['a'] } });
    expect(await row()).toMatchObject({ approved_scope: ['a'] });
  },

  async getAgentScope({ api, fresh }) {
    const agentId = fresh('agent');
    const read = () => api.call('getAgentScope', { path: { agentId } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await api.call('setAgentScope', { path: { agentId }, body: { approved_scope: ['b', 'a'] } });
    expect(await read()).toMatchObject({ approved_scope: ['b', 'a'] });
  },

  async setAgentScope({ api, governed, fresh }) {
    const agentId = fresh('agent');
    const call = { agent_id: agentId, tool_name: 'anything', approved_scope: [] };
    expect(await governed(call)).toMatchObject({ decision: 'BLOCK' });
    await api.call('setAgentScope', { path: { agentId }, body: { approved_scope: ['anything'] } });
    expect(await governed(call)).toMatchObject({ decision: 'ALLOW' });
  },

  async getServerInfo({ api, thoth }) {
    const before = await api.call('getServerInfo', {});
    await thoth.restart();
    const after = await api.call('getServerInfo', {});
    expect(Date.parse(after.started_at)).toBeGreaterThan(Date.parse(before.started_at));
    expect(after.version).toBe(before.version);
  },

  async backupServer({ api, governed }) {
    const first = await api.call('backupServer', { body: {} });
    for (let count = 0; count < 50; count += 1) await governed({ tool_args: { filler: 'x'.repeat(2000) } });
    const second = await api.call('backupServer', { body: {} });
    expect(second.file).not.toBe(first.file);
    expect(second.bytes).toBeGreaterThan(first.bytes);
  },
};
