import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
const file = (...names: string[]): string => join(plane.home, ...names);
const read = (...names: string[]): Promise<string> => readFile(file(...names), 'utf8');

beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

describe('browser upserts', () => {
  it('keep what is not named, and never show a configuration', async () => {
    await writeFile(file('config.json'), '{"customer_id":"C1","key":"hush-hush"}');
    const config = ['--config-file', file('config.json')];
    const dry = await plane.run([
      'browser',
      'providers',
      'upsert',
      '--provider',
      'chrome',
      ...config,
      '--dry-run',
      '--json',
    ]);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      dry_run: true,
      would_upsert: { provider: 'chrome', config_members: ['customer_id', 'key'] },
    });
    expect((await plane.json('browser', 'providers', 'list'))['total']).toBe(0);
    await plane.json('browser', 'providers', 'upsert', '--provider', 'chrome', '--name', 'Fleet', ...config);
    const off = await plane.json(
      'browser',
      'providers',
      'upsert',
      '--provider',
      'chrome',
      '--enabled',
      'false',
    );
    expect(off).toMatchObject({ name: 'Fleet', enabled: false, config: null });
    const shown = await plane.run(['browser', 'providers', 'list']);
    expect(`${dry.stdout}${dry.stderr}${shown.stdout}`).not.toContain('hush');
    expect(shown.stdout).toContain('Fleet');
  });

  it('take JSON inline and from files, and name the place of what is none', async () => {
    await writeFile(file('meta.json'), '{"owner":"sec"}');
    const base = ['browser', 'policies', 'upsert', '--provider', 'chrome', '--name', 'G'];
    const made = await plane.json(
      ...base,
      '--policy',
      '{"block_uploads":true}',
      '--metadata',
      `@${file('meta.json')}`,
    );
    expect(made).toMatchObject({
      version: 1,
      policy: { block_uploads: true },
      metadata: { owner: 'sec' },
      compiled_policy: { AllowFileSelectionDialogs: false },
    });
    const changed = await plane.json(...base, '--enforcement-mode', 'monitor');
    expect(changed).toMatchObject({
      policy_id: made['policy_id'],
      version: 2,
      policy: { block_uploads: true },
      metadata: { owner: 'sec' },
      compiled_policy: {},
    });
    for (const [bad, told] of [
      ['{"a":', '--policy:1:6: not valid JSON'],
      ['[1]', '--policy must be a JSON object'],
      ['@/nowhere.json', '/nowhere.json cannot be read: ENOENT'],
    ] as const) {
      const result = await plane.run([...base, '--policy', bad]);
      expect(result.exit).toBe(2);
      expect(result.stderr).toContain(told);
    }
  });

  it('enrol a browser once', async () => {
    const base = [
      'browser',
      'enrollments',
      'upsert',
      '--provider',
      'chrome',
      '--user-id',
      'u',
      '--device-id',
      'd',
    ];
    const made = await plane.json(...base, '--status', 'active', '--metadata', '{"a":null}');
    const seen = await plane.json(...base, '--last-seen-at', '2026-03-01T10:00:00+02:00');
    expect(seen).toMatchObject({
      enrollment_id: made['enrollment_id'],
      status: 'active',
      metadata: { a: null },
      last_seen_at: '2026-03-01T10:00:00+02:00',
    });
    const listed = await plane.json('browser', 'enrollments', 'list', '--status', 'active');
    expect(listed['data']).toEqual([seen]);
  });
});

describe('browser sync', () => {
  const policy = (provider: string, name: string, document: object, ...more: string[]) =>
    plane.json(
      'browser',
      'policies',
      'upsert',
      '--provider',
      provider,
      '--name',
      name,
      '--policy-id',
      name,
      '--policy',
      JSON.stringify(document),
      ...more,
    );
  const syncTo = (directory: string, ...more: string[]) =>
    plane.run(['browser', 'sync', '--directory', file(directory), '--json', ...more]);
  const sync = (...more: string[]) => syncTo('out', ...more);
  const states = async (...more: string[]) => {
    const result = await sync(...more);
    expect(result.exit, result.stderr).toBe(0);
    const { files } = JSON.parse(result.stdout) as { files: { path: string; state: string }[] };
    return Object.fromEntries(files.map(({ path, state }) => [path.slice(file('out').length + 1), state]));
  };

  it('writes each browser its own form', async () => {
    await plane.json(
      'browser',
      'policies',
      'upsert',
      '--provider',
      'chrome',
      '--name',
      'G',
      '--active',
      'false',
    );
    await policy('chrome', 'uploads', { block_uploads: true, blocked_urls: ['ads.example'] });
    await policy('firefox', 'fx-1', { blocked_urls: ['ads.example'] });
    await policy('firefox', 'fx-2', { blocked_urls: ['*'], block_printing: true });
    await policy('safari', 'saf', {
      block_screenshots: true,
      block_uploads: true,
      blocked_urls: ['https://a.example/?b&<c>'],
    });
    await policy('chrome', '../../evil', { block_printing: true });

    const plan = await states('--dry-run');
    expect(new Set(Object.values(plan))).toEqual(new Set(['to write']));
    expect(await readdir(plane.home)).not.toContain('out');
    const written = await sync();
    expect(written.stderr).toContain('saf: this browser has no setting for block_uploads');
    expect(JSON.parse(await read('out', 'chrome', 'thoth-uploads.json'))).toEqual({
      AllowFileSelectionDialogs: false,
      URLBlocklist: ['ads.example'],
    });
    expect(JSON.parse(await read('out', 'firefox', 'policies.json'))).toEqual({
      policies: { WebsiteFilter: { Block: ['*://*.ads.example/*', '<all_urls>'] }, PrintingEnabled: false },
    });
    const profile = await read('out', 'safari', 'thoth-saf.mobileconfig');
    expect(profile).toContain('<key>allowScreenShot</key>\n      <false/>');
    expect(profile).toContain('<string>https://a.example/?b&amp;&lt;c&gt;</string>');
    expect((await readdir(file('out'))).sort()).toEqual(['chrome', 'firefox', 'safari']);
    expect((await readdir(file('out', 'chrome'))).every((name) => /^thoth-[\w.]+$/.test(name))).toBe(true);
    expect(new Set(Object.values(await states()))).toEqual(new Set(['unchanged']));
  });

  it('follows the policies, and leaves the files of others alone', async () => {
    await policy('chrome', '../../evil', {}, '--active', 'false');
    await policy('chrome', 'uploads', { block_uploads: true }, '--active', 'false');
    await policy('firefox', 'fx-2', { block_developer_tools: true });
    await writeFile(file('out', 'chrome', 'mine.json'), '{}');
    const after = await states();
    expect(after).toMatchObject({
      'chrome/thoth-uploads.json': 'removed',
      'firefox/policies.json': 'written',
      'safari/thoth-saf.mobileconfig': 'unchanged',
    });
    expect(await readdir(file('out', 'chrome'))).toEqual(['mine.json']);

    await mkdir(file('other', 'firefox'), { recursive: true });
    await writeFile(file('other', 'firefox', 'policies.json'), '{"policies":{}}');
    const refused = await syncTo('other', '--provider', 'firefox');
    expect(refused.exit).toBe(7);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'browser_policy_not_ours' } });
    expect(await read('other', 'firefox', 'policies.json')).toBe('{"policies":{}}');
    expect((await syncTo('other', '--provider', 'firefox', '--overwrite')).exit).toBe(0);
    expect(await read('other', 'firefox', 'policies.json')).toContain('DisableDeveloperTools');
  });

  it('does not guess between two Firefox policies that contradict each other', async () => {
    await policy('firefox', 'fx-1', { DisableDeveloperTools: false });
    const result = await sync();
    expect(result.exit).toBe(7);
    expect(result.stdout).toContain('policies.DisableDeveloperTools');
  });
});
