import { expect } from 'vitest';
import { startReceiver, type Effects } from '../rehearsal.js';

export const settingsEffects: Effects<'getTenantSettings' | 'updateTenantSettings' | 'testWebhook'> = {
  async getTenantSettings({ api, fresh }) {
    const tool = fresh('tool');
    const before = await api.call('getTenantSettings', {});
    expect(before.tool_risk_overrides ?? {}).not.toHaveProperty(tool);
    await api.call('updateTenantSettings', { body: { tool_risk_overrides: { [tool]: 'high' } } });
    const after = await api.call('getTenantSettings', {});
    expect(after.tool_risk_overrides).toEqual({ [tool]: 'high' });
    expect(after.revision).not.toBe(before.revision);
  },

  async updateTenantSettings({ api, fresh, governed }) {
    const tool = fresh('tool');
    const call = { tool_name: tool, approved_scope: [tool] };
    expect(await governed(call)).toMatchObject({ decision: 'ALLOW' });
    const written = await api.call('updateTenantSettings', {
      body: { shadow_policy: { critical: 'block' }, tool_risk_overrides: { [tool]: 'critical' } },
    });
    expect(written.shadow_policy).toMatchObject({ critical: 'block' });
    expect(await governed(call)).toMatchObject({
      decision: 'BLOCK',
      decision_reason_code: 'risk_tier_blocked',
    });
    await api.call('updateTenantSettings', {
      body: { shadow_policy: { critical: null }, tool_risk_overrides: {} },
    });
    expect(await governed(call)).toMatchObject({ decision: 'ALLOW' });
  },

  async testWebhook({ api }) {
    await expect(api.call('testWebhook', { body: {} })).rejects.toMatchObject({
      code: 'webhook_not_configured',
    });
    let status = 204;
    const receiver = await startReceiver(() => ({ status }));
    try {
      await api.call('updateTenantSettings', {
        body: { webhook: { enabled: true, url: receiver.url, secret: 'rehearsal-secret' } },
      });
      expect(await api.call('testWebhook', { body: {} })).toMatchObject({
        status: 'delivered',
        http_status: 204,
      });
      status = 500;
      expect(await api.call('testWebhook', { body: {} })).toMatchObject({
        status: 'failed',
        http_status: 500,
      });
      expect(receiver.received.length).toBeGreaterThanOrEqual(2);
    } finally {
      await api.call('updateTenantSettings', { body: { webhook: { enabled: false, url: null } } });
      receiver.close();
    }
  },
};
