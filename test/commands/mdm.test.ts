import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kandjiDevice, startKandji, type Kandji } from '../doubles/kandji.double.js';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let kandji: Kandji;

beforeAll(async () => {
  kandji = await startKandji([kandjiDevice(1), kandjiDevice(2, { user: '' })]);
  plane = await LocalPlane.start('--allow-private-delivery');
  const file = join(plane.home, 'kandji.json');
  await writeFile(file, JSON.stringify({ api_url: kandji.url, api_token: kandji.token }));
  await plane.json('mdm', 'upsert', 'kandji', '--enabled', 'true', '--config-file', file);
});
afterAll(async () => {
  await plane.remove();
  await kandji.stop();
});

describe('mdm', () => {
  it('syncs, waits, and says how much of it went well', async () => {
    const done = await plane.run(['mdm', 'sync', 'kandji', '--wait']);
    expect(done.exit).toBe(0);
    expect(done.stderr).toBe('');
    expect(done.stdout).toMatch(/Synced endpoints\s+2\n/);
    expect(done.stdout).toMatch(/Of them unassigned\s+1\n/);
    expect(done.stdout).not.toContain('Failed rows');

    kandji.devices.push({ device_name: 'nameless' });
    const partial = await plane.run(['mdm', 'sync', 'kandji', '--wait']);
    expect(partial.exit).toBe(12);
    expect(partial.stdout).toMatch(/Failed rows\s+1\n\s+row 3\s+nameless: the device has no id\n/);
    const json = await plane.run(['mdm', 'sync', 'kandji', '--wait', '--json']);
    expect(json.exit).toBe(12);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: 'succeeded',
      synced_endpoints: 2,
      failed_count: 1,
      device_errors: [{ row: 3, device: 'nameless', reason: 'the device has no id' }],
    });
  });

  it('exits 10 for a job that failed, with what to mend', async () => {
    kandji.mayListDevices = false;
    const failed = await plane.run(['mdm', 'sync', 'kandji', '--wait']);
    kandji.mayListDevices = true;
    expect(failed.exit).toBe(10);
    expect(failed.stdout).toMatch(/Error\s+Kandji .* give the API token the permission Device list/);
  });

  it('shows a provider without its secrets, and lists its jobs, newest first', async () => {
    const shown = await plane.run(['mdm', 'show', 'kandji']);
    expect(shown.stdout).toContain(kandji.url);
    expect(shown.stdout).not.toContain(kandji.token);
    const { data } = (await plane.json('mdm', 'jobs', '--provider', 'kandji')) as {
      data: { job_id: string; status: string }[];
    };
    expect(data.map((job) => job.status)).toEqual(['failed', 'succeeded', 'succeeded', 'succeeded']);
    const older = await plane.json('mdm', 'jobs', '--before', data[1]?.job_id ?? '', '--limit', '1');
    expect(older).toMatchObject({ data: [{ job_id: data[2]?.job_id }], total: 4 });
    const whole = await plane.json('mdm', 'jobs', '--all');
    expect(whole).toMatchObject({ data: data.map(({ job_id }) => ({ job_id })), total: 4 });
    expect(await plane.json('mdm', 'jobs', '--provider', 'jamf')).toEqual({ data: [], total: 0 });
    expect((await plane.run(['mdm', 'jobs', '--all', '--limit', '1'])).exit).toBe(2);
    const one = await plane.run(['mdm', 'jobs', data[0]?.job_id ?? '']);
    expect(one.stdout).toMatch(/Status\s+failed/);
    expect((await plane.run(['mdm', 'jobs', 'mdmjob_none'])).exit).toBe(6);
    expect((await plane.run(['mdm', 'show', 'jamf'])).exit).toBe(6);
  });

  it('a misspelt member is warned of, and what it holds is never shown', async () => {
    const config = join(plane.home, 'misspelt.json');
    await writeFile(
      config,
      JSON.stringify({ base_url: 'https://j.example', client_secrt: 'mistyped-secret' }),
    );
    for (const more of [['--dry-run'], []]) {
      const written = await plane.run(['mdm', 'upsert', 'jamf', '--config-file', config, ...more]);
      expect([written.exit, written.stderr]).toEqual([
        0,
        expect.stringContaining('did you mean client_secret?'),
      ]);
      expect(written.stdout + written.stderr).not.toContain('mistyped-secret');
    }
    const shown = await plane.run(['mdm', 'show', 'jamf', '--json']);
    expect(JSON.parse(shown.stdout).config).toEqual({ base_url: 'https://j.example' });
    const flags = ['--mdm-provider', 'jamf', '--mdm-config-file', config, '--dry-run'];
    expect((await plane.run(['bootstrap', ...flags])).stderr).toContain('did you mean client_secret?');
  });
});
