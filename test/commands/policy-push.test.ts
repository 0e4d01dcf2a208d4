import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, cliEnvironment } from '../support/cli.js';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
const policy = (word: string): string =>
  `forbid (principal, action, resource) when { context.purpose == "${word}" };\n`;

beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

async function folder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(plane.home, name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return path;
}

const bundles = async (): Promise<
  Record<string, { version: number; status: string; policy_hash: string }>
> => {
  const { data } = await plane.json('policy', 'list');
  return Object.fromEntries((data as { name: string }[]).map((row) => [row.name, row])) as never;
};
const failure = (stdout: string): { code: string; message: string } => JSON.parse(stdout).error;

describe('a saved plan', () => {
  it('is carried out as it is, once, and refused after drift, after an edit and for another tenant', async () => {
    const dir = await folder('planned', { 'one.cedar': policy('1'), 'two.cedar': policy('2') });
    const file = join(plane.home, 'plan.json');
    const plan = await plane.json('policy', 'plan', dir, '--save', file);
    expect(plan).toMatchObject({ create: ['one', 'two'], tenant_id: 'local' });
    expect(await bundles()).toEqual({});
    expect(await readFile(file, 'utf8')).not.toContain('forbid');

    const saved = await readFile(file, 'utf8');
    const edited = join(plane.home, 'edited.json');
    await writeFile(edited, saved.replace('"two"', '"six"'));
    const refused = await plane.run(['policy', 'push', '--plan', edited, '--json']);
    expect([refused.exit, failure(refused.stdout).code]).toEqual([2, 'plan_edited']);
    await writeFile(edited, saved.slice(0, 200));
    const broken = await plane.run(['policy', 'push', '--plan', edited]);
    expect(broken.exit).toBe(2);
    expect(broken.stderr).toMatch(/edited\.json:\d+:\d+: the plan is not JSON/);

    await writeFile(join(dir, 'two.cedar'), policy('2 edited'));
    const moved = await plane.run(['policy', 'push', '--plan', file, '--json']);
    expect([moved.exit, failure(moved.stdout).code]).toEqual([7, 'policy_drift']);
    expect(failure(moved.stdout).message).toContain('the directory changed since the plan: two');
    expect(await bundles()).toEqual({});

    await writeFile(join(dir, 'two.cedar'), policy('2'));
    const sent = await plane.json(
      'policy',
      'push',
      '--plan',
      file,
      '--git-commit',
      'abc',
      '--git-author',
      'Ana',
      '--run-url',
      'https://user:secret@ci.example/7',
    );
    expect(sent['sent']).toMatchObject([{ name: 'one', action: 'create', version: 1 }, { name: 'two' }]);
    const again = await plane.run(['policy', 'push', '--plan', file, '--json']);
    expect([again.exit, failure(again.stdout).code]).toEqual([7, 'policy_drift']);

    const history = await plane.json('policy', 'history', 'one');
    expect(history['data']).toMatchObject([
      { provenance: { git_commit: 'abc', git_author: 'Ana', ci_run_url: 'https://ci.example/7' } },
    ]);
    expect(JSON.stringify(history)).not.toContain('secret');

    const elsewhere = saved.replace('"tenant_id": "local"', '"tenant_id": "other"');
    await writeFile(edited, elsewhere);
    expect((await plane.run(['policy', 'push', '--plan', edited])).exit).toBe(2);
  });
});

describe('staging', () => {
  it('observes first, is promoted together, and rolled back to what was before', async () => {
    const dir = await folder('staged', { 'one.cedar': policy('1'), 'two.cedar': policy('2 new') });
    const before = (await bundles())['two'];
    const staged = await plane.json('policy', 'push', dir, '--stage');
    expect(staged['sent']).toMatchObject([{ name: 'two', action: 'change', version: 2 }]);
    expect((await bundles())['two']).toMatchObject({ status: 'staged' });
    expect((await plane.json('policy', 'push', dir, '--stage'))['sent']).toEqual([]);

    expect((await plane.run(['policy', 'promote', '--all'])).exit).toBe(2);
    const dry = await plane.json('policy', 'promote', '--all', '--directory', dir, '--dry-run');
    expect(dry).toMatchObject({ promote: [{ name: 'two', from: 2 }], promoted: [] });
    expect(await plane.json('policy', 'promote', 'two')).toMatchObject({
      promoted: [{ name: 'two', version: 3 }],
    });
    expect((await plane.json('policy', 'push', dir))['sent']).toEqual([]);
    expect((await plane.run(['policy', 'promote', 'nobody'])).exit).toBe(6);

    expect(await plane.json('policy', 'rollback', 'two')).toMatchObject({ restored: [{ version: 4 }] });
    expect((await bundles())['two']).toMatchObject({ status: 'active', policy_hash: before?.policy_hash });
    expect((await plane.run(['policy', 'rollback', 'two', '--to', '99'])).exit).toBe(2);
  });

  it('a diff tells which rules and settings change, also for a pull request', async () => {
    const dir = await folder('different', {
      'one.cedar': `@id("wait")\n@thoth_effect("STEP_UP")\n${policy('1')}`,
    });
    await writeFile(join(dir, 'thoth.policy.yaml'), 'defaults: { assignments: [agent:bot] }\n');
    const shown = await plane.run(['policy', 'diff', dir]);
    expect(shown.stdout).toMatch(
      /~ assignments: all → agent:bot\n- rule policy0 \(BLOCK\) removed\n\+ rule wait \(STEP_UP\) added\n@@ -1 \+1,3 @@/,
    );
    const markdown = await plane.run(['policy', 'plan', dir, '--prune', '--format', 'markdown']);
    expect(markdown.stdout).toContain('0 to create, 1 to change, 1 to delete, 0 unchanged');
    expect(markdown.stdout).toContain('| **delete** | `two` |');
    const unanswered = await plane.run(['policy', 'push', dir, '--prune', '--no-input']);
    expect(unanswered.exit).toBe(2);
    expect(Object.keys(await bundles())).toEqual(['one', 'two']);
    await plane.json('policy', 'push', dir, '--prune', '--yes', '--wait');
    expect(Object.keys(await bundles())).toEqual(['one']);
  });
});

describe('policy pull', () => {
  it('writes what a push would send back unchanged, keeps edits, and stays inside its directory', async () => {
    const name = '../../escape me';
    await writeFile(join(plane.home, 'odd.cedar'), policy('odd'));
    await plane.json(
      'governance',
      'policy-bundles',
      'upsert',
      '--name',
      name,
      '--raw-policy-file',
      join(plane.home, 'odd.cedar'),
      '--enforcement-mode',
      'observe',
    );
    const dir = join(plane.home, 'pulled');
    const first = await plane.json('policy', 'pull', dir);
    expect(first['written']).toEqual([
      expect.stringMatching(/^escape-me-\w{8}\.cedar$/),
      'one.cedar',
      'thoth.policy.yaml',
    ]);
    expect((await plane.json('policy', 'push', dir))['sent']).toEqual([]);
    expect(await plane.json('policy', 'pull', dir)).toMatchObject({ written: [], unchanged: 2 });

    const kept = await readFile(join(dir, 'one.cedar'), 'utf8');
    await plane.json('policy', 'push', await folder('newer', { 'one.cedar': policy('newer') }));
    await writeFile(join(dir, 'one.cedar'), policy('edited here'));
    const refused = await plane.run(['policy', 'pull', dir, '--json']);
    expect([refused.exit, failure(refused.stdout).code]).toEqual([7, 'local_edits']);
    expect(await readFile(join(dir, 'one.cedar'), 'utf8')).toBe(policy('edited here'));
    // An older version is no edit; the manifest changes with it, and that takes --overwrite.
    await writeFile(join(dir, 'one.cedar'), kept);
    await plane.json('policy', 'pull', dir, '--overwrite');
    expect(await readFile(join(dir, 'one.cedar'), 'utf8')).toBe(policy('newer'));
    expect((await plane.json('policy', 'push', dir))['sent']).toEqual([]);
  });
});

describe('a bad directory', () => {
  it('is refused before the first request, every fault of every kind listed with place and remedy', async () => {
    const dir = await folder('bad', {
      'decimal.cedar': 'forbid (principal, action, resource) when { context.behavioral_score > 0.5 };\n',
      'syntax.rego': 'package p\n\ndeny if {\n',
      'same.cedar': policy('same'),
      'same.rego': 'package same\n',
      'good.cedar': policy('good'),
      'thoth.policy.yaml': 'includes: [inner]\n',
    });
    await mkdir(join(dir, 'inner'));
    await writeFile(join(dir, 'inner', 'thoth.policy.yaml'), 'includes: [..]\n');
    await symlink(join(dir, 'nowhere'), join(dir, 'unreadable.cedar'));
    const huge = await open(join(dir, 'huge.rego'), 'w');
    await huge.truncate(50 * 1024 * 1024);
    await huge.close();
    // Nobody listens there: a request would end in exit 9.
    const result = await plane.run(['policy', 'push', dir, '--govapi-url', 'http://127.0.0.1:9', '--json'], {
      THOTH_AUTH_TOKEN: 'thoth_admin_of_nobody',
    });
    expect(result.exit).toBe(2);
    const { error } = JSON.parse(result.stdout);
    const faults: { file: string; line: number; column: number; code: string; fix?: string }[] =
      error.details.diagnostics;
    expect(faults.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      'decimal.cedar:1 cedar_decimal_literal',
      'huge.rego:1 policy_too_large',
      'inner/thoth.policy.yaml:1 manifest_cycle',
      'same.rego:1 bundle_name_twice',
      'same.rego:1 preflight_input',
      'same.rego:1 preflight_no_rule',
      'syntax.rego:3 rego_parse_error',
      'unreadable.cedar:1 policy_unreadable',
    ]);
    expect(faults.filter(({ column, fix }) => column < 1 || fix === undefined)).toEqual([]);
    expect(error.message).toContain('nothing was sent');
  });

  it('a plan of another tenant is refused by its name', async () => {
    const dir = await folder('foreign', { 'one.cedar': policy('foreign') });
    const file = join(plane.home, 'foreign-plan.json');
    await plane.json('policy', 'plan', dir, '--save', file);
    const token = join(plane.home, 'other-token');
    await plane.json('tenants', 'create', 'other', '--token-file', token);
    const other = ['--tenant-id', 'other', '--govapi-url', plane.url, '--auth-token-file', token];
    const refused = await plane.run(['policy', 'push', '--plan', file, ...other, '--json']);
    expect([refused.exit, failure(refused.stdout).code]).toEqual([2, 'plan_of_another_tenant']);
    expect(failure(refused.stdout).message).toContain('a plan for tenant local, not other; nothing was sent');
    expect(await plane.json('policy', 'list', ...other)).toMatchObject({ data: [] });
  });
});

describe('a push of many', () => {
  const many = (word: string, count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}.cedar`, policy(`${word} ${n}`)]));

  it('is stopped by faulty files among a thousand before the first request, all of them listed', async () => {
    const dir = await folder('faulty', many('x', 1000));
    for (const n of [7, 500])
      await writeFile(join(dir, `m${n}.cedar`), 'forbid (principal, action resource);\n');
    const before = await bundles();
    const result = await plane.run(['policy', 'push', dir]);
    expect(result.exit).toBe(2);
    expect(result.stderr).toContain('2 faults in 2 policy files; nothing was sent');
    expect(result.stderr).toMatch(/m500\.cedar:1:\d+: error[\s\S]*m7\.cedar:1:\d+: error/);
    expect(await bundles()).toEqual(before);
  });

  it('that is killed in the middle leaves nothing in force, and the next one puts in force all of it', async () => {
    const dir = await folder('killed', many('y', 450));
    const before = await bundles();
    const child = spawn(process.execPath, [BIN, 'policy', 'push', dir, '--debug'], {
      env: cliEnvironment(plane.home),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let trace = '';
    child.stderr.on('data', (chunk: Buffer) => (trace += chunk.toString()));
    const ended = once(child, 'exit');
    while (!/groups\/\S+\/members/.test(trace) && child.exitCode === null) await delay(5);
    await delay(150);
    child.kill('SIGKILL');
    await ended;
    const after = Object.keys(await bundles()).length;
    expect([Object.keys(before).length, Object.keys(before).length + 450]).toContain(after);
    await plane.json('policy', 'push', dir);
    expect(Object.keys(await bundles()).length).toBe(Object.keys(before).length + 450);
    expect((await plane.run(['policy', 'diff', dir, '--exit-code'])).exit).toBe(0);
  });
});

describe('a promotion', () => {
  it('promotes all that a directory wants in force, and neither what it wants observed nor what it no longer holds', async () => {
    const manifest = 'bundles:\n  - { file: watched.cedar, mode: observe }\n';
    const dir = await folder('mixed', {
      'thoth.policy.yaml': manifest,
      'held.cedar': policy('held'),
      'watched.cedar': policy('watched'),
    });
    await plane.json('policy', 'push', dir, '--stage');
    const all = ['policy', 'promote', '--all', '--directory', dir];
    await writeFile(join(dir, 'held.cedar'), policy('held, edited'));
    const refused = await plane.run([...all, '--json']);
    expect([refused.exit, failure(refused.stdout).code]).toEqual([7, 'staged_differs']);
    await writeFile(join(dir, 'held.cedar'), policy('held'));
    expect(await plane.json(...all)).toMatchObject({ promoted: [{ name: 'held', version: 2 }] });
    expect(await bundles()).toMatchObject({ held: { status: 'active' }, watched: { status: 'staged' } });
    expect((await plane.json(...all))['promoted']).toEqual([]);
    expect((await plane.json('policy', 'push', dir))['sent']).toEqual([]);
  });
});
