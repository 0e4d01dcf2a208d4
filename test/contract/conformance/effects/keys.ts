import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

const organization = { scope_level: 'organization', permissions: ['execute'] } as const;

export const keyEffects: Effects<
  'listApiKeys' | 'createApiKey' | 'getApiKey' | 'getApiKeyMetrics' | 'revokeApiKey' | 'authorizeApiKey'
> = {
  async listApiKeys({ api }) {
    const ids = async () => (await api.call('listApiKeys', {})).api_keys.map((row) => row.key_id);
    const before = await ids();
    const { key_id: keyId } = await api.call('createApiKey', { body: organization });
    expect((await ids()).filter((id) => !before.includes(id))).toEqual([keyId]);
  },

  async createApiKey({ api, thoth }) {
    expect((await thoth.enforce({}, 'thoth_live_never-issued')).status).toBe(401);
    const created = await api.call('createApiKey', { body: organization });
    expect((await thoth.enforce({}, created.api_key)).status).toBe(200);
    const other = await api.call('createApiKey', { body: { ...organization, permissions: ['read'] } });
    expect((await thoth.enforce({}, other.api_key)).status).toBe(403);
  },

  async getApiKey({ api, thoth }) {
    const created = await api.call('createApiKey', { body: { ...organization, name: 'ci' } });
    const read = () => api.call('getApiKey', { path: { keyId: created.key_id } });
    expect(await read()).toMatchObject({ name: 'ci', active: true, last_used_at: null });
    await thoth.enforce({}, created.api_key);
    await expect.poll(async () => (await read()).last_used_at).not.toBeNull();
    await api.call('revokeApiKey', { path: { keyId: created.key_id } });
    expect(await read()).toMatchObject({ active: false });
  },

  async getApiKeyMetrics({ api }) {
    const before = await api.call('getApiKeyMetrics', {});
    await api.call('createApiKey', { body: organization });
    const after = await api.call('getApiKeyMetrics', {});
    expect(after.active_sdk_keys).toBe(before.active_sdk_keys + 1);
  },

  async revokeApiKey({ api, thoth }) {
    const created = await api.call('createApiKey', { body: organization });
    expect((await thoth.enforce({}, created.api_key)).status).toBe(200);
    await api.call('revokeApiKey', { path: { keyId: created.key_id } });
    expect((await thoth.enforce({}, created.api_key)).status).toBe(401);
  },

  async authorizeApiKey({ api }) {
    const created = await api.call('createApiKey', {
      body: { scope_level: 'agent', scope_target_id: 'bot', permissions: ['execute'] },
    });
    const ask = (permission: 'execute' | 'write', agent: string) =>
      api.call('authorizeApiKey', {
        path: { keyId: created.key_id },
        body: { api_key: created.api_key, permission, resource_type: 'agent', resource_id: agent },
      });
    expect(await ask('execute', 'bot')).toMatchObject({
      valid: true,
      permission_allowed: true,
      scope_allowed: true,
    });
    expect(await ask('write', 'bot')).toMatchObject({ permission_allowed: false });
    expect(await ask('execute', 'other')).toMatchObject({ scope_allowed: false });
    await api.call('revokeApiKey', { path: { keyId: created.key_id } });
    expect(await ask('execute', 'bot')).toMatchObject({ valid: false });
  },
};
