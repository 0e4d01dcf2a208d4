import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

export const browserEffects: Effects<
  | 'listBrowserProviders'
  | 'upsertBrowserProvider'
  | 'listBrowserPolicies'
  | 'upsertBrowserPolicy'
  | 'listBrowserEnrollments'
  | 'upsertBrowserEnrollment'
> = {
  async listBrowserProviders({ api }) {
    const slugs = async () => (await api.call('listBrowserProviders', {})).data.map((row) => row.provider);
    expect(await slugs()).not.toContain('safari');
    await api.call('upsertBrowserProvider', { body: { provider: 'safari', enabled: true } });
    expect(await slugs()).toContain('safari');
  },

  async upsertBrowserProvider({ api }) {
    const body = { provider: 'firefox', enabled: true, config: { token: 'never-read-back' } } as const;
    const first = await api.call('upsertBrowserProvider', { body });
    expect(first).toMatchObject({ provider: 'firefox', enabled: true });
    expect(first.name ?? null).toBeNull();
    const off = await api.call('upsertBrowserProvider', { body: { provider: 'firefox', enabled: false } });
    expect(off.enabled).toBe(false);
    const listed = await api.call('listBrowserProviders', {});
    expect(listed.data.filter((row) => row.provider === 'firefox')).toHaveLength(1);
  },

  async listBrowserPolicies({ api, fresh }) {
    const name = fresh('policy');
    const names = async (provider: string) =>
      (await api.call('listBrowserPolicies', { query: { provider } })).data.map((row) => row.name);
    expect(await names('chrome')).not.toContain(name);
    await api.call('upsertBrowserPolicy', { body: { provider: 'chrome', name, policy: {} } });
    expect(await names('chrome')).toContain(name);
    expect(await names('island')).not.toContain(name);
  },

  async upsertBrowserPolicy({ api, fresh }) {
    const name = fresh('policy');
    const write = (blocked: string) =>
      api.call('upsertBrowserPolicy', {
        body: {
          provider: 'chrome',
          name,
          policy: { blocked_urls: [blocked] },
          enforcement_mode: 'enforce',
        },
      });
    const first = await write('a.example');
    const second = await write('b.example');
    expect(second.policy_id).toBe(first.policy_id);
    expect(second.policy).toEqual({ blocked_urls: ['b.example'] });
    expect(second.version ?? 0).toBeGreaterThan(first.version ?? 0);
    expect(second.compiled_policy).not.toEqual(first.compiled_policy);
  },

  async listBrowserEnrollments({ api, fresh }) {
    const user = fresh('user');
    const active = async () =>
      (await api.call('listBrowserEnrollments', { query: { status: 'active' } })).data.map(
        (row) => row.user_id,
      );
    const write = (status: 'active' | 'disabled') =>
      api.call('upsertBrowserEnrollment', {
        body: { provider: 'chrome', user_id: user, device_id: 'laptop', status },
      });
    await write('active');
    expect(await active()).toContain(user);
    await write('disabled');
    expect(await active()).not.toContain(user);
  },

  async upsertBrowserEnrollment({ api, fresh }) {
    const base = { provider: 'island', user_id: fresh('user'), device_id: 'laptop' } as const;
    const first = await api.call('upsertBrowserEnrollment', { body: base });
    expect(first.status ?? null).toBeNull();
    const seen = '2026-05-01T10:00:00Z';
    const second = await api.call('upsertBrowserEnrollment', { body: { ...base, last_seen_at: seen } });
    expect(second).toMatchObject({ enrollment_id: first.enrollment_id, last_seen_at: seen });
  },
};
