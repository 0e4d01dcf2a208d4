import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../http/running-server.js';

let thoth: TestServer;
beforeAll(async () => {
  thoth = await startTestServer();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const records = async () => (await thoth.call('GET', '/thoth/evidence/chain?limit=500')).body.data;

describe('every control-plane change', () => {
  it('leaves exactly one record that names actor and target, and no secret', async () => {
    const SECRET = 'must-never-be-recorded';
    const key = await thoth.call('POST', '/thoth/api-keys', {
      scope_level: 'organization',
      permissions: ['read'],
    });
    const code = await thoth.call('POST', '/thoth/x/auth/codes', {});
    const session = await thoth.call('POST', '/thoth/auth/cli/exchange', { code: code.body.code }, null);
    const bundle = { name: 'b', framework: 'CEDAR', raw_policy: 'permit(principal, action, resource);' };
    const created = await thoth.call('POST', '/thoth/policy-bundles', bundle);
    const changes: [string, string, string, unknown][] = [
      [
        'settings.update',
        'PUT',
        '/thoth/settings',
        { webhook: { secret: SECRET }, unknown: { token: SECRET } },
      ],
      [
        'mdm_provider.upsert',
        'POST',
        '/thoth/mdm/providers',
        { provider: 'custom', config: { api_token: SECRET } },
      ],
      ['mdm_provider.upsert', 'POST', '/thoth/mdm/providers', { provider: 'custom', enabled: false }],
      ['agent_scope.set', 'PUT', '/thoth/x/agents/bot/scope', { approved_scope: ['read'] }],
      ['policy_bundle.rollback', 'POST', `/thoth/policy-bundles/${created.body.id}/rollback`, {}],
      ['policy_bundle.delete', 'DELETE', `/thoth/policy-bundles/${created.body.id}`, undefined],
      ['policy_sync.run', 'POST', '/thoth/policies/sync', {}],
      ['api_key.revoke', 'DELETE', `/thoth/api-keys/${key.body.key_id}`, undefined],
    ];
    for (const [action, method, path, body] of changes) {
      const before = (await records()).length;
      expect((await thoth.call(method, path, body)).status).toBeLessThan(300);
      const after = await records();
      expect([action, after.length]).toEqual([action, before + 1]);
      expect(after.at(-1)).toMatchObject({
        kind: `control.${action}`,
        actor: { kind: 'admin', name: 'admin' },
        target: { type: expect.any(String), id: expect.any(String) },
      });
    }
    const before = (await records()).length;
    for (const [, method, path, body] of changes.filter(([, verb]) => verb === 'PUT')) {
      await thoth.call(method, path, body);
    }
    await thoth.call('DELETE', `/thoth/api-keys/${key.body.key_id}`);
    const all = await records();
    expect(all.length).toBe(before);
    const text = JSON.stringify(all);
    for (const secret of [SECRET, key.body.api_key, code.body.code, session.body.token, thoth.adminToken]) {
      expect(text).not.toContain(secret);
    }
    expect((await thoth.call('GET', '/governance/evidence/verify-chain')).body.verified).toBe(true);
  });
});
