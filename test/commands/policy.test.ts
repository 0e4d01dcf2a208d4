import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let folder: string;
const policy = (purpose: string): string =>
  `forbid (principal, action, resource) when { context.purpose == "${purpose}" };\n`;

beforeAll(async () => {
  plane = await LocalPlane.start();
  folder = join(plane.home, 'policies');
  await mkdir(join(folder, 'team'), { recursive: true });
  for (const name of ['a', 'b', 'team/c']) await writeFile(join(folder, `${name}.cedar`), policy(name));
});
afterAll(() => plane.remove());

/** Changes of policy as the server recorded them: a push is one, however many bundles it changes. */
async function recorded(): Promise<number> {
  const { data } = await plane.json('evidence', 'chain', '--limit', '500');
  return (data as { kind?: string }[]).filter(
    ({ kind }) => kind?.startsWith('control.policy_bundle_group.') === true,
  ).length;
}

describe('policy push', () => {
  it('changes nothing on a dry run, then sends all, then nothing, also from a machine without state', async () => {
    const dry = await plane.json('policy', 'push', folder, '--dry-run');
    expect(dry).toMatchObject({ dry_run: true, create: ['a', 'b', 'team/c'], sent: [] });
    expect(await recorded()).toBe(0);
    const first = await plane.json('policy', 'push', folder);
    expect((first['sent'] as { name: string }[]).map(({ name }) => name)).toEqual(['a', 'b', 'team/c']);
    expect(await recorded()).toBe(1);

    const token = join(plane.home, 'data', 'admin-token');
    const elsewhere = await plane.run(
      [
        'policy',
        'push',
        folder,
        '--tenant-id',
        'local',
        '--govapi-url',
        plane.url,
        '--auth-token-file',
        token,
      ],
      { THOTHCTL_CONFIG_DIR: join(plane.home, 'another-machine') },
    );
    expect(elsewhere.exit).toBe(0);
    expect(elsewhere.stderr).toContain('Nothing to push');
    expect(await recorded()).toBe(1);
  });

  it('after another client changed one bundle, shows and sends exactly that one', async () => {
    await writeFile(join(plane.home, 'other.cedar'), policy('changed elsewhere'));
    await plane.json(
      'governance',
      'policy-bundles',
      'upsert',
      '--name',
      'b',
      '--raw-policy-file',
      join(plane.home, 'other.cedar'),
    );
    const diff = await plane.run(['policy', 'diff', folder, '--exit-code', '--json']);
    expect(diff.exit).toBe(3);
    expect(JSON.parse(diff.stdout)).toMatchObject({
      create: [],
      change: [{ name: 'b', members: ['content'] }],
      unchanged: 2,
    });
    const pushed = await plane.json('policy', 'push', folder);
    expect((pushed['sent'] as { name: string }[]).map(({ name }) => name)).toEqual(['b']);
    expect((await plane.run(['policy', 'diff', folder, '--exit-code'])).exit).toBe(0);
    const history = await plane.json('policy', 'history', 'b');
    expect((history['data'] as { version: number }[]).map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it('is stopped by one bad file among many, with the place, before anything is sent', async () => {
    const before = await recorded();
    await writeFile(join(folder, 'a.cedar'), policy('a now changed'));
    await writeFile(join(folder, 'bad.cedar'), '// first line\nforbid (principal, action resource);\n');
    const result = await plane.run(['policy', 'push', folder]);
    expect(result.exit).toBe(2);
    expect(result.stderr).toMatch(/bad\.cedar:2:\d+: error/);
    expect(await recorded()).toBe(before);
    const lint = await plane.run(['policy', 'lint', folder, '--json']);
    expect(lint.exit).toBe(2);
    expect(JSON.parse(lint.stdout)).toMatchObject({ checked: 4, errors: 1 });
  });
});
