import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalPlane } from '../commands/local-plane.js';
import { startCustomInventory, type CustomInventory } from '../doubles/custom-inventory.double.js';
import { jamfComputer, startJamfPro, type JamfPro } from '../doubles/jamf-pro.double.js';
import { series } from '../server/mdm/sync-rig.js';
import { ROOT } from '../support/cli.js';

const guide = readFileSync(join(ROOT, 'docs/guides/mdm.md'), 'utf8');
let plane: LocalPlane;
let jamf: JamfPro;
let custom: CustomInventory;

beforeAll(async () => {
  jamf = await startJamfPro(series(3, jamfComputer));
  custom = await startCustomInventory([]);
  plane = await LocalPlane.start('--allow-private-delivery');
});
afterAll(async () => {
  await plane.remove();
  await Promise.all([jamf.stop(), custom.stop()]);
});

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? '';
}

it('every command of the device-management guide works as printed', async () => {
  const { clientId, clientSecret } = jamf.client;
  await writeFile(
    join(plane.home, 'jamf.json'),
    JSON.stringify({ base_url: jamf.url, client_id: clientId, client_secret: clientSecret }),
  );
  const lines = block('sh').trim().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    const result = await plane.run(line.split(' ').slice(1));
    expect([line, result.exit, result.stderr]).toEqual([line, 0, '']);
  }
  expect((await plane.json('mdm', 'show', 'jamf'))['synced_endpoints']).toBe(3);
});

it('the printed page of a custom inventory is understood', async () => {
  await writeFile(join(plane.home, 'custom.json'), JSON.stringify({ endpoint: `${custom.url}/inventory` }));
  await plane.json('mdm', 'upsert', 'custom', '--enabled', 'true', '--config-file', 'custom.json');
  custom.instead.push({ status: 200, body: block('json') }, { status: 200, body: [] });
  expect(await plane.json('mdm', 'sync', 'custom', '--wait')).toMatchObject({
    synced_endpoints: 1,
    unassigned_count: 0,
    total_devices: 412,
  });
  expect(custom.requests).toEqual(['GET /inventory', 'GET /inventory?page=2']);
  expect(await plane.json('api', 'GET', '/local/thoth/endpoints/custom-d-17')).toMatchObject({
    hostname: 'mac-17',
    os: 'macos',
    employee_email: 'ada@example.com',
    enrollment: 'manual',
  });
});
