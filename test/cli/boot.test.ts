import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchCommand, namesOf } from '../../src/cli/boot/catalogue.js';
import { ROOT, runCli } from '../support/cli.js';

const names = namesOf([
  { id: 'settings:get', hidden: false, aliases: ['settings'], hiddenAliases: [] },
  { id: 'agents:list', hidden: false, aliases: [], hiddenAliases: [] },
  { id: 'agents:scope:set', hidden: false, aliases: [], hiddenAliases: ['agents scope put'] },
]);

describe('finding the command', () => {
  it.each([
    [['settings', 'get', '--json'], 'settings:get', ['--json']],
    [['settings'], 'settings:get', []],
    [['agents', 'scope', 'set', 'a', 'b'], 'agents:scope:set', ['a', 'b']],
    [['agents', 'scope', 'put', 'a'], 'agents:scope:set', ['a']],
    [['agents', '--json'], 'agents:list', ['--json']],
    [['settings:get'], 'settings:get', []],
  ])('%j is %s', (argv, id, rest) => {
    const match = matchCommand(names, argv);
    expect(match).toMatchObject({ id, argv: rest });
  });

  it.each([[['nope']], [['--json', 'settings']], [['__proto__']], [['constructor']], [[]]])(
    '%j is none',
    (argv) => {
      expect(matchCommand(names, argv)).toBeUndefined();
    },
  );
});

describe('the loader', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thothctl-boot-'));
    await cp(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
    await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
    await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = (cache: string, args: readonly string[] = ['version', '--json']) =>
    runCli(args, { entry: [join(folder, 'bin/run.cjs')], env: { THOTHCTL_CACHE_DIR: cache } });
  const shipped = async () => (await readdir(join(folder, 'dist'))).filter((name) => name.endsWith('.cache'));

  it('ships a code cache that fits this Node', async () => {
    expect(await shipped()).toContain(`main.cjs.${process.versions.v8}.${process.arch}.cache`);
    const cache = join(folder, 'unused');
    expect((await run(cache)).exit).toBe(0);
    await expect(stat(cache)).rejects.toThrow();
  });

  it('runs without one, writes its own, private to the user, and uses it', async () => {
    const cache = join(folder, 'cache');
    const caches = await shipped();
    const before = await run(cache);
    for (const name of caches) await rm(join(folder, 'dist', name));
    const first = await run(cache);
    const files = await readdir(cache);
    const second = await run(cache);
    expect(first).toEqual(before);
    expect(second).toEqual(before);
    expect(files.filter((name) => name.startsWith('main.cjs.'))).toHaveLength(1);
    expect(files.some((name) => name.endsWith('.tmp'))).toBe(false);
    for (const name of files) expect((await stat(join(cache, name))).mode & 0o777).toBe(0o600);
    expect((await stat(cache)).mode & 0o777).toBe(0o700);
    expect(await readdir(cache)).toEqual(files);
  });

  it('rejects a damaged cache, runs anyway and replaces it', async () => {
    const cache = join(folder, 'cache');
    const [name = ''] = (await readdir(cache)).filter((file) => file.startsWith('main.cjs.'));
    await writeFile(join(cache, name), 'not a cache');
    expect((await run(cache)).exit).toBe(0);
    expect((await readFile(join(cache, name))).length).toBeGreaterThan(10_000);
  });

  it('does without a cache folder it cannot write', async () => {
    const cache = join(folder, 'file');
    await writeFile(cache, '');
    await chmod(cache, 0o400);
    const { exit, stderr } = await run(cache);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });

  it('answers --version without any chunk', async () => {
    await rm(join(folder, 'dist'), { recursive: true });
    const { exit, stdout } = await run(join(folder, 'none'), ['--version']);
    const { version }: { version: string } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(exit).toBe(0);
    expect(stdout).toBe(`thothctl/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
  });
});

describe('the manifest', () => {
  it('declares every command of the build with its flags', async () => {
    const { commands }: { commands: Record<string, { flags: object }> } = JSON.parse(
      await readFile(join(ROOT, 'oclif.manifest.json'), 'utf8'),
    );
    const { stdout } = await runCli(['capabilities', '--json']);
    const { commands: listed }: { commands: { command: string }[] } = JSON.parse(stdout);
    for (const { command } of listed)
      expect(commands[command.replaceAll(' ', ':')]?.flags).toHaveProperty('json');
  });
});
