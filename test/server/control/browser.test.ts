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

const list = async (family: string, query = '') =>
  (await thoth.call('GET', `/thoth/browser/${family}${query}`)).body;
const upsert = async (family: string, body: object) => {
  const reply = await thoth.call('POST', `/thoth/browser/${family}`, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body;
};

describe('browser providers', () => {
  it('are one row per browser, and never show their configuration', async () => {
    const bare = await upsert('providers', { provider: 'chrome' });
    expect(bare).toMatchObject({
      provider: 'chrome',
      enabled: true,
      name: null,
      status: null,
      last_error: null,
      config: null,
    });
    const full = {
      provider: 'chrome',
      name: 'Chrome',
      enabled: true,
      status: 'degraded',
      last_error: 'slow',
      config: { customer_id: 'C-hidden', key: 'hush' },
    };
    const { config: _config, ...shown } = full;
    expect(await upsert('providers', full)).toMatchObject(shown);
    const listed = await list('providers');
    expect(listed).toMatchObject({ data: [shown], total: 1 });
    expect(JSON.stringify(listed)).not.toMatch(/hidden|hush/);
    const exported = await thoth.call('GET', '/governance/evidence/chain?limit=500');
    expect(JSON.stringify(exported.body)).not.toMatch(/hidden|hush/);
  });

  it('do not move when the same is written again, and stay listed when disabled', async () => {
    const body = { provider: 'firefox', name: 'Fx', enabled: true };
    const first = await upsert('providers', { ...body, config: { a: 1 } });
    expect(await upsert('providers', body)).toEqual(first);
    expect(await upsert('providers', { ...body, config: { a: 2 } })).toMatchObject(body);
    expect(await upsert('providers', { provider: 'firefox', enabled: false })).toMatchObject({
      enabled: false,
      name: null,
    });
    expect((await list('providers')).data.map((row: { provider: string }) => row.provider)).toEqual([
      'chrome',
      'firefox',
    ]);
    expect(await upsert('providers', body)).toMatchObject({ ...body, created_at: first.created_at });
    expect((await thoth.call('POST', '/thoth/browser/providers', { provider: 'lynx' })).status).toBe(400);
  });
});

describe('browser policies', () => {
  const written = {
    policy_id: 'chrome-guardrails',
    name: 'Chrome Guardrails',
    provider: 'chrome',
    policy: { block_uploads: true, blocked_urls: ['ads.example'], note: null, deep: { b: [1, 2.5, 'x'] } },
    enforcement_mode: 'enforce',
    active: true,
    metadata: { owner: 'sec', list: [] },
  };

  it('echo what was written, with what the browser reads', async () => {
    const created = await upsert('policies', written);
    expect(created).toMatchObject({
      ...written,
      version: 1,
      compiled_policy: { AllowFileSelectionDialogs: false, URLBlocklist: ['ads.example'] },
      unsupported_controls: ['deep', 'note'],
      created_by: created.updated_by,
    });
    expect(created.policy).toStrictEqual(written.policy);
    expect(await upsert('policies', written)).toEqual(created);
    expect((await list('policies')).data).toEqual([created]);
  });

  it('move their version with what they say, unless a version is sent', async () => {
    const { enforcement_mode: _mode, metadata: _metadata, ...rest } = written;
    const plain = await upsert('policies', rest);
    expect(plain).toMatchObject({ version: 2, enforcement_mode: null, metadata: null });
    expect(await upsert('policies', { ...rest, name: 'Renamed' })).toMatchObject({
      version: 2,
      name: 'Renamed',
    });
    expect(await upsert('policies', { ...rest, policy: { block_uploads: false } })).toMatchObject({
      version: 3,
      compiled_policy: {},
    });
    expect(
      await upsert('policies', { ...rest, version: 9, created_by: 'ana', updated_by: 'ben' }),
    ).toMatchObject({
      version: 9,
      created_by: 'ana',
      updated_by: 'ben',
    });
    expect(await upsert('policies', { ...written, version: 1 })).toMatchObject({
      version: 1,
      created_by: 'ana',
    });
  });

  it('keep their document when they are switched off, stay listed, and come back', async () => {
    const { policy: _policy, ...off } = { ...written, active: false };
    expect(await upsert('policies', off)).toMatchObject({ active: false, policy: written.policy });
    expect((await list('policies')).total).toBe(1);
    expect(await upsert('policies', written)).toMatchObject({ active: true, policy: written.policy });
  });

  it('without an id are told apart by browser and name', async () => {
    const first = await upsert('policies', { name: 'N', provider: 'firefox', policy: {} });
    expect(first.policy_id).toMatch(/^bpol_/);
    const again = await upsert('policies', {
      name: 'N',
      provider: 'firefox',
      policy: { block_printing: true },
    });
    expect(again).toMatchObject({
      policy_id: first.policy_id,
      compiled_policy: { policies: { PrintingEnabled: false } },
    });
    const other = await upsert('policies', { name: 'N', provider: 'safari' });
    expect(other.policy_id).not.toBe(first.policy_id);
    expect((await list('policies', '?provider=firefox')).data).toEqual([again]);
    expect((await list('policies', '?provider=netscape')).total).toBe(0);
  });
});

describe('browser enrollments', () => {
  const device = { provider: 'chrome', user_id: 'u@example.com', device_id: 'd-1' };
  const keys = (rows: { enrollment_id: string }[]) => rows.map((row) => row.enrollment_id);

  it('echo what was written and invent nothing', async () => {
    const bare = await upsert('enrollments', device);
    expect(bare).toMatchObject({
      ...device,
      browser_profile: null,
      status: null,
      metadata: null,
      last_seen_at: null,
    });
    const full = {
      ...device,
      status: 'active',
      last_seen_at: '2026-03-01T10:00:00.120+02:00',
      metadata: { a: null, z: [1] },
    };
    const again = await upsert('enrollments', full);
    expect(again).toMatchObject({ ...full, enrollment_id: bare.enrollment_id });
    expect(again.metadata).toStrictEqual(full.metadata);
    expect(await upsert('enrollments', full)).toEqual(again);
  });

  it('are told apart by profile, found by id, filtered, and stay when disabled', async () => {
    const second = await upsert('enrollments', { ...device, browser_profile: 'Work' });
    const named = await upsert('enrollments', { ...device, enrollment_id: 'enr-1', device_id: 'd-2' });
    expect(named.enrollment_id).toBe('enr-1');
    const moved = {
      ...device,
      provider: 'firefox',
      enrollment_id: 'enr-1',
      device_id: 'd-3',
      status: 'disabled',
    };
    expect(await upsert('enrollments', moved)).toMatchObject(moved);
    expect(keys((await list('enrollments', '?status=disabled')).data)).toEqual(['enr-1']);
    expect(keys((await list('enrollments', '?provider=chrome')).data)).toContain(second.enrollment_id);
    expect((await list('enrollments')).total).toBe(3);
    expect((await thoth.call('GET', '/thoth/browser/enrollments?status=gone')).status).toBe(400);
    expect(await upsert('enrollments', { ...moved, status: 'active' })).toMatchObject({ status: 'active' });
  });

  it('survive a restart', async () => {
    const before = await list('enrollments');
    await thoth.restart();
    expect(await list('enrollments')).toEqual(before);
  });
});
