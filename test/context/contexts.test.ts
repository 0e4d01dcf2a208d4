import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  deleteContext,
  forgetSession,
  listContexts,
  saveSession,
  setContext,
  showContext,
  useContext,
} from '../../src/context/index.js';
import { memoryKeyring, ports, withEnv } from './folder.js';

const local = { tenant_id: 'acme', govapi_url: 'http://127.0.0.1:4100' };
const session = { kind: 'bearer', secret: 'ey.secret', expiresAt: null } as const;

test('contexts are made, listed, selected, changed and removed', async () => {
  const home = ports();
  expect(await listContexts(home)).toEqual([]);
  await expect(showContext(home)).rejects.toMatchObject({ code: 'context_not_found', exit: 'notFound' });
  await setContext(home, 'local', local, 'if-none');
  await setContext(home, 'prod', { tenant_id: 'acme', apex_domain: 'example.org' }, 'if-none');
  expect(await listContexts(home)).toEqual([
    { name: 'local', current: true, ...local },
    { name: 'prod', current: false, tenant_id: 'acme', apex_domain: 'example.org' },
  ]);
  expect(await useContext(home, 'prod')).toMatchObject({ name: 'prod', current: true });
  expect(await setContext(home, 'prod', { apex_domain: null })).toEqual({
    name: 'prod',
    current: true,
    tenant_id: 'acme',
  });
  expect(await deleteContext(home, 'prod')).toMatchObject({ name: 'prod', current: true });
  expect(await listContexts(home)).toEqual([{ name: 'local', current: false, ...local }]);
  await expect(useContext(home, 'prod')).rejects.toMatchObject({
    exit: 'notFound',
    fix: 'Known contexts: local. `thothctl context set prod` makes another.',
  });
});

test('the file is private, whole and without a secret', async () => {
  const home = ports();
  await saveSession(home, 'local', local, session);
  const { contextsFile, credentialsDir } = home.paths;
  expect(statSync(contextsFile).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(contextsFile)).mode & 0o777).toBe(0o700);
  expect(readFileSync(contextsFile, 'utf8')).not.toContain('ey.secret');
  expect(readdirSync(dirname(contextsFile)).sort()).toEqual(['contexts.json', 'credentials']);
  const [file = ''] = readdirSync(credentialsDir);
  expect(readFileSync(join(credentialsDir, file), 'utf8')).toBe('ey.secret\n');
  expect(statSync(join(credentialsDir, file)).mode & 0o777).toBe(0o600);
});

describe('where credentials are kept', () => {
  test('in the keyring when there is one, and gone from it afterwards', async () => {
    const keyring = memoryKeyring(true);
    const home = ports({}, undefined, keyring);
    const { credential } = await saveSession(home, 'local', local, session);
    expect(credential).toMatchObject({ kind: 'bearer', store: 'keyring', expires_at: null });
    expect([...keyring.kept.values()]).toEqual(['ey.secret']);
    expect(existsSync(home.paths.credentialsDir)).toBe(false);
    await saveSession(home, 'local', local, { ...session, secret: 'ey.second' });
    expect([...keyring.kept.values()]).toEqual(['ey.second']);
    expect(await forgetSession(home, 'local')).toMatchObject({ outcome: 'removed' });
    expect(keyring.kept.size).toBe(0);
    expect(await forgetSession(home, 'local')).toBeUndefined();
  });

  test('in the named file alone, which stays the owner’s', async () => {
    const keyring = memoryKeyring(true);
    const home = ports({}, undefined, keyring);
    const file = join(home.folder, 'ci', 'token.jwt');
    expect((await saveSession(home, 'ci', local, { ...session, file })).credential).toMatchObject({
      store: 'file',
      ref: file,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(keyring.kept.size).toBe(0);
    expect(await forgetSession(home, 'ci')).toMatchObject({ outcome: 'kept' });
    expect(readFileSync(file, 'utf8')).toBe('ey.secret\n');
  });

  test('moving a context to another tenant or address drops its credential', async () => {
    const home = ports();
    for (const move of [
      { tenant_id: 'other' },
      { govapi_url: 'https://elsewhere.example' },
      { apex_domain: 'example.org' },
    ]) {
      await saveSession(home, 'local', local, session);
      const moved = await setContext(home, 'local', move);
      expect(moved.credential).toBeUndefined();
      expect(readdirSync(home.paths.credentialsDir)).toEqual([]);
    }
    await saveSession(home, 'local', local, session);
    expect(
      (await setContext(home, 'local', { enforce_url: 'http://127.0.0.1:4101' })).credential,
    ).toBeDefined();
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['not JSON', '{"contexts": ', 'not JSON'],
    ['no object', '[]', 'does not hold an object'],
    ['a context without tenant', '{"contexts":{"a":{}}}', 'context "a"'],
    [
      'an odd credential',
      '{"contexts":{"a":{"tenant_id":"t","credential":{"kind":"bearer"}}}}',
      'context "a"',
    ],
    ['a name from elsewhere', '{"contexts":{"../a":{"tenant_id":"t"}}}', 'context "../a"'],
    ['a newer version', '{"version":2,"contexts":{}}', 'newer'],
  ])('%s is named and left alone', async (_, text, why) => {
    const home = ports();
    mkdirSync(dirname(home.paths.contextsFile), { recursive: true });
    writeFileSync(home.paths.contextsFile, text);
    await expect(setContext(home, 'local', local)).rejects.toMatchObject({
      code: 'contexts_unreadable',
      exit: 'usage',
      message: expect.stringContaining(why),
    });
    expect(readFileSync(home.paths.contextsFile, 'utf8')).toBe(text);
  });

  test.skipIf(process.getuid?.() === 0)('a folder that cannot be written keeps what is there', async () => {
    const home = ports();
    await setContext(home, 'local', local);
    const before = readFileSync(home.paths.contextsFile, 'utf8');
    chmodSync(dirname(home.paths.contextsFile), 0o500);
    await expect(setContext(home, 'two', local)).rejects.toMatchObject({ code: 'file_not_written' });
    chmodSync(dirname(home.paths.contextsFile), 0o700);
    expect(readFileSync(home.paths.contextsFile, 'utf8')).toBe(before);
  });

  test('a file where the folder should be', async () => {
    const home = ports();
    writeFileSync(join(home.folder, 'config'), '');
    await expect(setContext(home, 'two', local)).rejects.toMatchObject({
      code: 'file_not_written',
      exit: 'usage',
    });
  });
});

test.each(['', '.hidden', 'a/b', 'a b', '../x', 'x'.repeat(65), '__proto__'])(
  '%j cannot name a context',
  async (name) => {
    await expect(setContext(ports(), name, local)).rejects.toMatchObject({ exit: 'usage' });
  },
);

test('the folder follows the variables', () => {
  const home = ports();
  expect(withEnv(home, { XDG_CONFIG_HOME: '/xdg', THOTHCTL_CONFIG_DIR: '' }).paths.contextsFile).toBe(
    '/xdg/thothctl/contexts.json',
  );
  expect(withEnv(home, { THOTH_HOME_DIR: '/thoth' }).paths.sessionFile).toBe('/thoth/admin-token.jwt');
  expect(
    withEnv(home, { THOTH_AUTH_SESSION_FILE: '/s.jwt', THOTH_HOME_DIR: '/thoth' }).paths.sessionFile,
  ).toBe('/s.jwt');
});
