import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCustomInventory, type CustomInventory } from '../../doubles/custom-inventory.double.js';
import { kandjiDevice, startKandji, type Kandji } from '../../doubles/kandji.double.js';
import { series, startSyncRig, type SyncRig } from './sync-rig.js';

let rig: SyncRig;
let kandji: Kandji;
let custom: CustomInventory;

beforeAll(async () => {
  rig = await startSyncRig();
  kandji = await startKandji(series(4, kandjiDevice));
  custom = await startCustomInventory([]);
  await rig.upsert('kandji', { api_url: kandji.url, api_token: kandji.token });
  await rig.upsert('custom', { endpoint: `${custom.url}/inventory`, api_token: custom.token });
});
afterAll(async () => {
  await rig.thoth.stop();
  await Promise.all([kandji.stop(), custom.stop()]);
  expect(rig.thoth.faults).toEqual([]);
});

describe('devices', () => {
  it('become one endpoint each, and stay that one', async () => {
    await rig.sync('kandji');
    const first = await rig.endpoints();
    expect(first.map((endpoint) => endpoint.endpoint_id)).toEqual([
      'kandji-kandji-1',
      'kandji-kandji-2',
      'kandji-kandji-3',
      'kandji-kandji-4',
    ]);
    kandji.devices = [
      kandjiDevice(1, { device_name: 'renamed', os_version: '15.2' }),
      kandjiDevice(2, { user: '' }),
      kandjiDevice(3, { user: { name: 'Somebody Else', email: 'else@example.com' } }),
      kandjiDevice(4),
    ];
    expect(await rig.sync('kandji')).toMatchObject({ synced_endpoints: 4, unassigned_count: 1 });
    const second = await rig.endpoints();
    expect(second).toHaveLength(4);
    expect(second[0]).toMatchObject({
      hostname: 'renamed',
      os_version: '15.2',
      created_at: first[0].created_at,
    });
    expect(second[1]).toMatchObject({ employee_name: null, employee_email: null });
    expect(second[2]).toMatchObject({ employee_name: 'Somebody Else', employee_email: 'else@example.com' });
  });

  it('leave alone what others report', async () => {
    const told = { department: 'research', environment: 'prod', agent_ids: ['b', 'a'], risk_score: 12 };
    const { hostname } = await rig.endpoint('kandji-kandji-4');
    await rig.thoth.call('POST', '/thoth/endpoints', {
      endpoint_id: 'kandji-kandji-4',
      hostname: 'theirs',
      ...told,
    });
    await rig.thoth.call('POST', '/thoth/endpoints/kandji-kandji-4/quarantine');
    await rig.sync('kandji');
    expect(await rig.endpoint('kandji-kandji-4')).toMatchObject({
      ...told,
      hostname,
      enrollment: 'kandji',
      status: 'quarantined',
    });
  });

  it('that leave the inventory keep their endpoint, as unmanaged, and come back to it', async () => {
    const { devices } = kandji;
    kandji.devices = devices.slice(0, 2);
    expect(await rig.sync('kandji')).toMatchObject({ synced_endpoints: 2, missing_count: 2 });
    expect((await rig.endpoints()).map((endpoint) => endpoint.enrollment)).toEqual([
      'kandji',
      'kandji',
      'unmanaged',
      'unmanaged',
    ]);
    expect(await rig.sync('kandji')).toMatchObject({ missing_count: 0 });
    kandji.devices = devices;
    expect(await rig.sync('kandji')).toMatchObject({ synced_endpoints: 4, missing_count: 0 });
    expect((await rig.endpoint('kandji-kandji-3')).enrollment).toBe('kandji');
  });

  it('are not all let go for an inventory that came empty', async () => {
    const { devices } = kandji;
    kandji.devices = [];
    expect(await rig.sync('kandji')).toMatchObject({ status: 'succeeded', missing_count: 0 });
    expect((await rig.endpoint('kandji-kandji-1')).enrollment).toBe('kandji');
    kandji.devices = devices;
  });

  it('that nobody can govern are counted, and become no endpoints', async () => {
    kandji.devices = [kandjiDevice(1), kandjiDevice(8, { platform: 'iPhone' })];
    expect(await rig.sync('kandji')).toMatchObject({ synced_endpoints: 1, skipped_count: 1 });
    expect((await rig.thoth.call('GET', '/thoth/endpoints/kandji-kandji-8')).status).toBe(404);
  });

  it('that come on two pages are one', async () => {
    custom.devices = ['a', 'b', 'b', 'c'].map((id) => ({ id, hostname: id }));
    expect(await rig.sync('custom')).toMatchObject({
      synced_endpoints: 3,
      unassigned_count: 3,
      devices_seen: 4,
    });
  });

  it('with ids that no path can hold get one that can', async () => {
    custom.devices = [{ id: '../a b?#%', hostname: 'odd' }, { id: 'plain' }];
    await rig.sync('custom');
    const odd = (await rig.endpoints()).find((endpoint) => endpoint.hostname === 'odd');
    expect(odd.endpoint_id).toMatch(/^custom-sha256-[0-9a-f]{40}$/);
    expect((await rig.endpoint(odd.endpoint_id)).hostname).toBe('odd');
    await rig.sync('custom');
    expect((await rig.endpoints()).filter((endpoint) => endpoint.hostname === 'odd')).toHaveLength(1);
  });
});

describe('rows that are no devices', () => {
  it('are reported one by one, and the others are synced', async () => {
    custom.devices = [
      { id: 'good' },
      { hostname: 'no-id' },
      'text',
      { id: 'x'.repeat(300) },
      { id: 'bell', hostname: 'a\u0007b' },
      { id: 'also-good', email: 'a@example.com' },
    ];
    const job = await rig.sync('custom');
    expect(job).toMatchObject({ status: 'succeeded', synced_endpoints: 2, failed_count: 4 });
    expect(job.device_errors).toEqual([
      { row: 2, device: 'no-id', reason: 'the device has no id' },
      { row: 3, device: null, reason: 'the row is not an object' },
      { row: 4, device: 'x'.repeat(80), reason: 'id is longer than 255 characters' },
      { row: 5, device: 'bell', reason: 'hostname holds control characters' },
    ]);
    const list = await rig.thoth.call('GET', '/thoth/x/mdm/sync-jobs?provider=custom&limit=1');
    expect(list.body.data).toMatchObject([{ job_id: job.job_id, failed_count: 4 }]);
    expect(list.body.data[0]).not.toHaveProperty('device_errors');
  });

  it('are listed up to a bound, and counted beyond it', async () => {
    custom.pageSize = 400;
    custom.devices = series(700, (number) => ({ hostname: `nameless-${number}` }));
    const job = await rig.sync('custom');
    expect(job).toMatchObject({ status: 'succeeded', synced_endpoints: 0, failed_count: 700 });
    expect(job.device_errors).toHaveLength(100);
  });
});

describe('the list of jobs', () => {
  it('pages from the newest to the oldest, whatever starts meanwhile', async () => {
    const newest = (await rig.thoth.call('GET', '/thoth/x/mdm/sync-jobs?limit=2')).body.data;
    await rig.sync('kandji');
    const older = await rig.thoth.call('GET', `/thoth/x/mdm/sync-jobs?limit=200&before=${newest[1].job_id}`);
    const all = (await rig.thoth.call('GET', '/thoth/x/mdm/sync-jobs')).body.data;
    expect([...newest, ...older.body.data]).toEqual(all.slice(1));
    expect((await rig.thoth.call('GET', '/thoth/x/mdm/sync-jobs?provider=nokia')).status).toBe(400);
  });
});
