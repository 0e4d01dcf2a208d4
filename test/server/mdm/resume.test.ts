import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/index.js';
import { managedDevice, startIntune, type Intune } from '../../doubles/intune.double.js';
import { series, startSyncRig, type SyncRig } from './sync-rig.js';

let rig: SyncRig;
let intune: Intune;

beforeAll(async () => {
  rig = await startSyncRig();
  intune = await startIntune(series(350, managedDevice));
  await rig.upsert('intune', {
    azure_tenant_id: intune.directory,
    client_id: intune.client.clientId,
    client_secret: intune.client.clientSecret,
    authority: intune.url,
    base_url: intune.url,
  });
});
afterAll(async () => {
  await rig.thoth.stop();
  await intune.stop();
  expect(rig.thoth.faults).toEqual([]);
});

const pagesAsked = () =>
  intune.requests
    .filter((line) => line.includes('managedDevices'))
    .map((line) => /skiptoken=(\d+)/.exec(line)?.[1] ?? 'first');

/** Stops the server while the vendor keeps it waiting for its third page. */
async function stopMidway(): Promise<string> {
  intune.requests.length = 0;
  intune.onInventory = () => {
    if (pagesAsked().length === 3) intune.instead.push('silence');
  };
  const jobId = await rig.start('intune');
  await expect.poll(() => pagesAsked().length).toBe(3);
  intune.onInventory = undefined;
  return jobId;
}

describe('a job cut short by a stop of the server', () => {
  it('goes on where it stood, and does nothing twice', async () => {
    const jobId = await stopMidway();
    const before = (await rig.thoth.call('GET', `/thoth/mdm/sync-jobs/${jobId}`)).body;
    expect(before).toMatchObject({ status: 'running', pages: 2, devices_seen: 200, synced_endpoints: 200 });
    await rig.thoth.restart();
    expect(await rig.ended(jobId)).toMatchObject({
      status: 'succeeded',
      pages: 4,
      devices_seen: 350,
      synced_endpoints: 350,
      resumed_count: 1,
      started_at: before.started_at,
    });
    expect(pagesAsked()).toEqual(['first', '100', '200', '200', '300']);
    expect(await rig.endpoints()).toHaveLength(350);
  });

  it('begins again when the vendor has forgotten the place, and still counts every device once', async () => {
    const jobId = await stopMidway();
    intune.instead.push({ status: 400, body: { error: { code: 'BadRequest', message: 'token expired' } } });
    await rig.thoth.restart();
    expect(await rig.ended(jobId)).toMatchObject({
      status: 'succeeded',
      pages: 4,
      devices_seen: 350,
      synced_endpoints: 350,
    });
    expect(pagesAsked()).toEqual(['first', '100', '200', '200', 'first', '100', '200', '300']);
  });

  it('fails when the provider was disabled meanwhile', async () => {
    const jobId = await stopMidway();
    await rig.upsert('intune', {}, { enabled: false });
    await rig.thoth.restart();
    expect((await rig.ended(jobId)).error).toMatch(/disabled before the sync ended/);
    await rig.upsert('intune', {});
  });

  it('that stops the server again and again is given up', async () => {
    const { tenantId, dataDir } = rig.thoth.server;
    await rig.thoth.server.close();
    const store = await openStore({ dataDir });
    const document = JSON.stringify({ resumed: 10 });
    const job = { tenant_id: tenantId, job_id: 'mdmjob_crashes', provider: 'intune', document };
    await store.commit({
      tenantId,
      evidence: [],
      statements: [
        store.build
          .insertInto('mdm_jobs')
          .values({ ...job, status: 'running', created_at: 1, updated_at: 1 })
          .compile(),
      ],
    });
    await store.close();
    await rig.thoth.restart();
    expect((await rig.thoth.call('GET', '/thoth/mdm/sync-jobs/mdmjob_crashes')).body).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('stopped 11 times'),
    });
  });
});
