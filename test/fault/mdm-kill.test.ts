import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from '../commands/local-plane.js';
import { managedDevice, startIntune, type Intune } from '../doubles/intune.double.js';
import { series } from '../server/mdm/sync-rig.js';

const DEVICES = 10_000;
let plane: LocalPlane;
let intune: Intune;

beforeAll(async () => {
  // Rows as fat as Graph sends them: the inventory as a whole weighs some 40 MB.
  const padding = 'x'.repeat(4_000);
  intune = await startIntune(series(DEVICES, (number) => managedDevice(number, { notes: padding })));
  intune.pageSize = 500;
  plane = await LocalPlane.start('--allow-private-delivery');
  const config = {
    azure_tenant_id: intune.directory,
    client_id: intune.client.clientId,
    client_secret: intune.client.clientSecret,
    authority: intune.url,
    base_url: intune.url,
  };
  await plane.json('mdm', 'upsert', 'intune', '--enabled', 'true', '--config-file', await configFile(config));
});
afterAll(async () => {
  await plane.remove();
  await intune.stop();
});

async function configFile(config: object): Promise<string> {
  const file = join(plane.home, 'intune.json');
  await writeFile(file, JSON.stringify(config));
  return file;
}

/** Peak resident memory of the server in MB, as the kernel counts it. */
async function peakMemory(): Promise<number> {
  const ready = JSON.parse(await readFile(join(plane.home, 'ready.json'), 'utf8')) as { pid: number };
  const status = await readFile(`/proc/${ready.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const pagesAsked = () => intune.requests.filter((line) => line.includes('managedDevices')).length;

describe('a sync of ten thousand devices, with kill -9 of the server in the middle', () => {
  it('is taken up again, counts every device once, and holds one page at a time', async () => {
    intune.onInventory = () => {
      if (pagesAsked() === 8) intune.instead.push('silence');
    };
    const { job_id: jobId } = await plane.json('mdm', 'sync', 'intune');
    await expect.poll(pagesAsked, { timeout: 90_000 }).toBe(8);
    await plane.down('SIGKILL');
    await plane.up('--allow-private-delivery');
    const before = process.platform === 'linux' ? await peakMemory() : 0;

    await expect
      .poll(async () => (await plane.json('mdm', 'jobs', String(jobId)))['status'], { timeout: 120_000 })
      .toBe('succeeded');

    expect(await plane.json('mdm', 'jobs', String(jobId))).toMatchObject({
      synced_endpoints: DEVICES,
      devices_seen: DEVICES,
      pages: 20,
      resumed_count: 1,
    });
    // Seven pages before the kill, the eighth twice.
    expect(pagesAsked()).toBe(21);
    expect(await plane.json('api', 'GET', '/local/thoth/endpoints/stats')).toMatchObject({
      total: DEVICES,
      managed: DEVICES,
    });
    if (process.platform === 'linux') expect((await peakMemory()) - before).toBeLessThan(200);
    const verified = await plane.run(['evidence', 'verify', '--json']);
    expect(verified.exit).toBe(0);
  }, 300_000);
});
