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

const get = async () => (await thoth.call('GET', '/thoth/settings')).body;
const put = (body: unknown) => thoth.call('PUT', '/thoth/settings', body);

describe('settings', () => {
  it('reads as a sparse document with the model router before any write', async () => {
    const document = await get();
    expect(document).toMatchObject({ tenant_id: 'local', revision: '0', updated_at: null });
    expect(document.model_router.enabled).toBe(false);
    expect(document).not.toHaveProperty('compliance_profile');
    expect(document).not.toHaveProperty('webhook');
    expect(document.effective_regulatory_regimes).toEqual(['soc2']);
  });

  it('merges objects, replaces arrays and overrides, keeps unknown members, clears with null', async () => {
    await put({
      webhook: { enabled: true, url: 'https://a.example/hook' },
      regulatory_regimes: ['soc2', 'hipaa'],
      tool_risk_overrides: { wipe: 'critical', list: 'low' },
      approvalMode: { kind: 'strict', nested: [1, null] },
      compliance_profile: 'healthcare',
    });
    const { body } = await put({
      webhook: { enabled: false },
      regulatory_regimes: ['gdpr'],
      tool_risk_overrides: { wipe: 'high' },
      compliance_profile: null,
    });
    expect(body.webhook).toEqual({ enabled: false, url: 'https://a.example/hook' });
    expect(body.regulatory_regimes).toEqual(['gdpr']);
    expect(body.tool_risk_overrides).toEqual({ wipe: 'high' });
    expect(body.approvalMode).toEqual({ kind: 'strict', nested: [1, null] });
    expect(body).not.toHaveProperty('compliance_profile');
  });

  it('refuses what the engine would ignore in silence', async () => {
    for (const [path, body] of [
      ['tool_risk_overrides.wipe', { tool_risk_overrides: { wipe: 'hihg' } }],
      ['session_intents', { session_intents: ['deploy'] }],
      ['session_intents.deploy', { session_intents: { deploy: 'run' } }],
      ['shadow_policy.low', { shadow_policy: { low: 'maybe' } }],
    ] as const) {
      const reply = await put(body);
      expect([reply.status, reply.body.details?.issues[0].path]).toEqual([400, path]);
    }
  });

  it('does not move when nothing changes', async () => {
    const before = await get();
    const { body } = await put(before);
    expect(body).toEqual(before);
  });

  it('loses no update of writers that read the same revision', async () => {
    const base = await get();
    const sections = {
      siem: { provider: 'splunk' },
      pam: { enabled: true, provider: 'acme' },
      shadow_policy: { low: 'allow', high: 'block' },
      secret_broker: { enabled: true, allowed_hosts: ['b', 'a'] },
      mcp_control: { enabled: true, approved_host_patterns: ['*.example'] },
    };
    const replies = await Promise.all(
      Object.entries(sections).map(([name, section]) => put({ ...base, [name]: section })),
    );
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200, 200]);
    expect(await get()).toMatchObject(sections);
  });

  it('lets a stale writer change its own section only', async () => {
    const stale = await get();
    await put({ siem: { provider: 'sentinel' } });
    await put({ ...stale, pam: { ...stale.pam, provider: 'other' } });
    const now = await get();
    expect(now.siem.provider).toBe('sentinel');
    expect(now.pam.provider).toBe('other');
  });

  it('never reads a secret back and keeps it when it is missing or masked', async () => {
    const secret = 's3cr3t-of-the-webhook';
    const written = await put({
      webhook: { secret },
      siem: { webhook: { secret } },
      pam: { callback_secret: secret },
    });
    expect(JSON.stringify(written.body)).not.toContain(secret);
    const read = await get();
    expect(JSON.stringify(read)).not.toContain('secret":');
    const before = read.updated_at;
    expect((await put({ webhook: { secret: '********' } })).body.updated_at).toBe(before);
    expect((await put({ webhook: { secret } })).body.updated_at).toBe(before);
  });

  it('grow to a limit, whatever the pieces, and shrink again', async () => {
    const text = 'x'.repeat(600_000);
    expect((await put({ first: { text } })).status).toBe(200);
    const refused = await put({ second: { text } });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      error: 'settings_too_large',
      details: { limit_bytes: 1024 * 1024 },
    });
    expect(await get()).not.toHaveProperty('second');
    expect((await put({ first: null, second: { text } })).status).toBe(200);
    expect((await put({ second: null })).status).toBe(200);
  });

  it('survives a restart and a member named __proto__', async () => {
    await thoth.call('PUT', '/thoth/settings', JSON.parse('{"custom":{"__proto__":{"polluted":true}}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const before = await get();
    await thoth.restart();
    expect(await get()).toEqual(before);
  });
});
