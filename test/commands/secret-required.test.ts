import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
  await writeFile(join(plane.home, 'token'), 'token-of-the-tenant\n', { mode: 0o600 });
});
afterAll(() => plane.remove());

const MOVED = { code: 'secret_required', exit_code: 2 };

it('settings set says which secret has to come with an address, and takes both together', async () => {
  const set = (...flags: string[]) => plane.run(['settings', 'set', ...flags, '--json']);
  const token = `pam.request_auth_token=${join(plane.home, 'token')}`;
  const home = ['--set', 'pam.request_url=https://home.example/'];
  expect((await set(...home, '--set-file', token)).exit).toBe(0);

  const refused = await set('--set', 'pam.request_url=https://moved.example/');
  expect(refused.exit).toBe(2);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: {
      ...MOVED,
      message: expect.stringMatching(/^pam\.request_url leads .* give pam\.request_auth_token again/),
      fix: expect.stringContaining('--set-file'),
    },
  });
  const both = await set('--set', 'pam.request_url=https://moved.example/', '--set-file', token);
  expect(both.exit).toBe(0);
  expect((await set('--set', 'pam.request_url=https://moved.example/other')).exit).toBe(0);
});

it('apply names the change that needs a secret, and sends one that the file refers to', async () => {
  const file = join(plane.home, 'thoth.tenant.yaml');
  const apply = async (webhook: string) => {
    await writeFile(file, `version: 1\nsettings:\n  siem: { webhook: ${webhook} }\n`);
    return plane.run(['apply', file, '--yes', '--json'], { SIEM_TOKEN: 'token-of-the-tenant' });
  };
  const withSecret = (url: string): string => `{ enabled: false, url: "${url}", secret: env:SIEM_TOKEN }`;
  expect((await apply(withSecret('https://home.example/'))).exit).toBe(0);
  expect((await apply(withSecret('https://moved.example/'))).exit).toBe(0);

  const refused = await apply('{ enabled: false, url: "https://evil.example/" }');
  expect(refused.exit).toBe(2);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: {
      ...MOVED,
      message: expect.stringMatching(/settings.*siem\.webhook\.url .* give siem\.webhook\.secret again/),
      details: { members: ['siem.webhook.secret'] },
    },
  });
});

it('bootstrap moves the webhook, whose secret only signs', async () => {
  const bootstrap = (host: string, ...more: string[]) =>
    plane.run(['bootstrap', '--webhook-url', `https://${host}/`, '--webhook-enabled', 'true', ...more]);
  const first = await bootstrap('a.example', '--webhook-secret-file', join(plane.home, 'token'));
  expect(first.exit, first.stderr).toBe(0);
  const moved = await bootstrap('b.example');
  expect(moved.exit, moved.stderr).toBe(0);
  expect((await plane.json('settings', 'get'))['webhook']).toMatchObject({ url: 'https://b.example/' });
});
