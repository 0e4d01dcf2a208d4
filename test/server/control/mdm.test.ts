import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../http/running-server.js';

const TOKEN = 'inventory-token';
let thoth: TestServer;
let vendor: Server;
let paths: string[] = [];

beforeAll(async () => {
  vendor = createServer((request, response) => {
    const path = request.url ?? '';
    paths.push(path);
    const answer = (body: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return answer({}, 401);
    if (path === '/leak') return answer({ devices: [], next: 'https://elsewhere.example/inventory' });
    if (path === '/page/1') {
      return answer({ devices: [{ id: 'd1', user: 'a@example.com' }, { name: 'no id' }], next: '/page/2' });
    }
    answer({ devices: [{ id: 'd2' }, { id: 3, user: { email: 'b@example.com' } }] });
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  thoth = await startTestServer({ allowPrivateDelivery: true });
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
  vendor.closeAllConnections();
  vendor.close();
});

const base = () => `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
const upsert = (body: object) => thoth.call('POST', '/thoth/mdm/providers', body);
const read = async (provider: string) => (await thoth.call('GET', `/thoth/x/mdm/providers/${provider}`)).body;

async function finished(jobId: string) {
  for (;;) {
    const { body } = await thoth.call('GET', `/thoth/mdm/sync-jobs/${jobId}`);
    if (body.status === 'succeeded' || body.status === 'failed') return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function sync(provider: string) {
  const reply = await thoth.call('POST', `/thoth/mdm/providers/${provider}/sync`, {});
  expect(reply.status).toBe(202);
  expect(reply.body.provider).toBe(provider);
  return finished(reply.body.job_id);
}

describe('MDM providers', () => {
  it('merge what Terraform and the operator write, and keep secrets to themselves', async () => {
    const created = await upsert({
      provider: 'kandji',
      config: { api_token: 'kandji-secret', api_tokn: 'kandji-secret', api_url: 'https://k.example' },
      enabled: true,
    });
    expect(created.body).toMatchObject({ provider: 'kandji', name: null, status: 'pending', enabled: true });
    const merged = await upsert({
      provider: 'kandji',
      endpoint_url: 'https://t.api.kandji.io',
      api_key: 'another',
    });
    expect(merged.body).toMatchObject({
      config: { api_url: 'https://k.example' },
      endpoint_url: 'https://t.api.kandji.io',
    });
    const list = await thoth.call('GET', '/thoth/mdm/providers');
    expect(JSON.stringify([created.body, merged.body, list.body])).not.toMatch(/kandji-secret|another/);
  });

  it('send no secret to a host it was not given for', async () => {
    await upsert({
      provider: 'workspace_one',
      config: { base_url: 'https://j.example', client_id: 'i', client_secret: 'vendor-secret' },
    });
    for (const moved of [
      { config: { base_url: 'https://evil.example' } },
      { config: { token_url: 'https://evil.example/t' } },
      { config: { base_url: 'http://j.example' } },
      { config: { base_url: 'https://evil.example', client_secret: '****' } },
    ]) {
      const refused = await upsert({ provider: 'workspace_one', ...moved });
      expect([refused.status, refused.body.error]).toEqual([400, 'secret_required']);
      expect(refused.body.message).toContain('client_secret');
    }
    expect((await read('workspace_one')).config.base_url).toBe('https://j.example');
    for (const meant of [
      { config: { base_url: 'https://j.example/other' } },
      { config: { base_url: 'https://new.example', client_secret: 'vendor-secret' } },
      { config: { base_url: 'https://newer.example' }, api_key: 'vendor-secret' },
      { config: { base_url: 'https://bare.example', client_secret: null } },
    ]) {
      expect((await upsert({ provider: 'workspace_one', ...meant })).status).toBe(200);
    }
  });

  it('do not move when the same is written again', async () => {
    const write = { provider: 'kandji', endpoint_url: 'https://t.api.kandji.io', api_key: 'another' };
    const first = await upsert(write);
    expect((await upsert(write)).body).toEqual(first.body);
    expect((await upsert({ ...write, api_key: '*****' })).body).toEqual(first.body);
  });

  it('stay listed when disabled, and then refuse to sync', async () => {
    expect((await upsert({ provider: 'kandji', enabled: false })).body.status).toBe('disabled');
    const reply = await thoth.call('POST', '/thoth/mdm/providers/kandji/sync', {});
    expect([reply.status, reply.body.error]).toEqual([409, 'mdm_provider_disabled']);
    expect((await thoth.call('POST', '/thoth/mdm/providers/jamf/sync', {})).status).toBe(404);
    expect((await upsert({ provider: 'unheard-of' })).status).toBe(400);
  });
});

describe('sync jobs', () => {
  it('walk a paged inventory to its end', async () => {
    await upsert({ provider: 'custom', config: { endpoint: `${base()}/page/1`, api_token: TOKEN } });
    paths = [];
    const job = await sync('custom');
    expect(job).toMatchObject({ status: 'succeeded', synced_endpoints: 3, unassigned_count: 1, error: null });
    expect(paths).toEqual(['/page/1', '/page/2']);
    expect(await read('custom')).toMatchObject({
      status: 'connected',
      last_sync_status: 'succeeded',
      last_sync_job_id: job.job_id,
      synced_endpoints: 3,
    });
  });

  it('take the token nowhere but to the configured host', async () => {
    await upsert({ provider: 'custom', config: { endpoint: `${base()}/leak` } });
    expect(await sync('custom')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('the next page is on another host'),
    });
    expect(await read('custom')).toMatchObject({ status: 'error', synced_endpoints: 3 });
  });

  it('fail with the reason when the configuration is incomplete or nobody answers', async () => {
    await upsert({ provider: 'intune', config: { client_id: 'id' } });
    expect((await sync('intune')).error).toBe('the configuration lacks azure_tenant_id, client_secret');
    await upsert({
      provider: 'kandji',
      enabled: true,
      config: { api_url: 'http://127.0.0.1:9', api_token: 'kandji-secret' },
    });
    expect((await sync('kandji')).error).toContain('refuses connections');
    await upsert({ provider: 'custom', config: { endpoint: `${base()}/page/1`, api_token: 'wrong' } });
    expect((await sync('custom')).error).toContain('401 and refuses the credentials');
  });
});
