import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;

beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

describe('bootstrap', () => {
  it('names the stage that failed, keeps the stages before it and exits with its code', async () => {
    const args = ['bootstrap', '--webhook-url', 'https://hooks.invalid/x', '--test-webhook', '--json'];
    const env = { THOTH_MDM_PROVIDER: 'jamf', THOTH_MDM_ENABLED: 'true', THOTH_SHADOW_HIGH: 'block' };
    const result = await plane.run(args, { ...env, THOTH_WEBHOOK_SECRET: 'hush' });
    expect(result.exit).toBe(10);
    const { error } = JSON.parse(result.stdout) as { error: Record<string, unknown> };
    expect(error['message']).toContain('stage webhook_test failed');
    expect(error['details']).toMatchObject({
      settings_updated: true,
      webhook_tested: false,
      stages: [{ status: 'done' }, { status: 'failed' }, { status: 'not_reached' }],
    });
    expect(result.stdout + result.stderr).not.toContain('hush');
    expect(await plane.json('settings', 'get')).toMatchObject({
      shadow_policy: { high: 'block' },
      webhook: { url: 'https://hooks.invalid/x', enabled: true },
    });
    const again = await plane.json('bootstrap', '--shadow-high', 'block');
    expect(again).toMatchObject({ success: true, stages: [{ stage: 'settings', status: 'unchanged' }] });
  });

  it('places a fault in the MDM file without showing the file', async () => {
    const file = join(plane.home, 'mdm.json');
    await writeFile(file, '{"client_secret":"s3cret",\n nope}');
    const result = await plane.run(['bootstrap', '--mdm-provider', 'jamf', '--mdm-config-file', file]);
    expect(result.exit).toBe(2);
    expect(result.stderr).toContain(`${file}:2:`);
    expect(result.stderr).not.toContain('s3cret');
  });
});
