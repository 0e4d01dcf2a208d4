import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  explainSettings,
  resolveConnection,
  saveSession,
  setContext,
  useContext,
  type ConnectionInputs,
  type Explanation,
} from '../../src/context/index.js';
import { ports, withEnv } from './folder.js';

const place = { tenant_id: 'acme', govapi_url: 'http://127.0.0.1:4100' };
const session = { kind: 'bearer', secret: 'from-context', expiresAt: null } as const;

async function home(env: Record<string, string> = {}) {
  const base = ports();
  await saveSession(base, 'local', place, session);
  return withEnv(base, env);
}

const explain = (explanations: readonly Explanation[], setting: string) =>
  explanations.find((entry) => entry.setting === setting);

describe('settings', () => {
  const file = (folder: string) => join(folder, 'config', 'contexts.json');

  test('flag, environment, context, default: each wins where the ones before are silent', async () => {
    const base = ports();
    await setContext(base, 'saved', { tenant_id: 'from-context', apex_domain: 'context.example' }, 'always');
    const env = withEnv(base, {
      THOTH_TENANT_ID: 'from-env',
      THOTH_APEX_DOMAIN: 'env.example',
      THOTH_TIMEOUT_SECONDS: '7',
    });
    const flags = { tenantId: 'from-flag', apexDomain: 'flag.example', timeoutSeconds: 9 };
    const address = async (inputs: ConnectionInputs, at: typeof env) => {
      const { baseUrl, timeoutSeconds } = await resolveConnection(inputs, at, 'none');
      return [baseUrl, timeoutSeconds];
    };
    expect(await address(flags, env)).toEqual(['https://grid.from-flag.flag.example', 9]);
    expect(await address({}, env)).toEqual(['https://grid.from-env.env.example', 7]);
    expect(await address({}, base)).toEqual(['https://grid.from-context.context.example', 30]);
    expect(await address({ tenantId: 'only' }, ports())).toEqual(['https://grid.only.atensecurity.com', 30]);

    const { explanations } = await resolveConnection(flags, env, 'none');
    expect(explain(explanations, 'tenant_id')).toEqual({
      setting: 'tenant_id',
      value: 'from-flag',
      source: 'flag',
      origin: '--tenant-id',
      shadowed: ['THOTH_TENANT_ID', 'context saved'],
    });
    expect(explain(explanations, 'context')).toMatchObject({
      value: 'saved',
      source: 'file',
      origin: file(base.folder),
    });
    expect(explain(explanations, 'govapi_url')).toMatchObject({ source: 'derived' });
  });

  test('every spelling of the address variable is read, the first wins', async () => {
    const names = ['THOTH_GOVAPI_URL', 'THOTH_GOVAPI_BASE', 'THOTH_GOV_API_URL'];
    const env = Object.fromEntries(names.map((name, index) => [name, `https://host${index}.example`]));
    for (const [index, name] of names.entries()) {
      const connection = await resolveConnection({ tenantId: 'acme' }, ports(env), 'none');
      expect(connection.baseUrl).toBe(`https://host${index}.example`);
      expect(connection.enforceUrl).toBe(connection.baseUrl);
      delete env[name];
    }
    expect((await resolveConnection({ tenantId: 'acme' }, ports(env), 'none')).enforceUrl).toBe(
      'https://enforce.acme.atensecurity.com',
    );
  });

  test('a blank variable is no variable', async () => {
    await expect(resolveConnection({}, ports({ THOTH_TENANT_ID: ' ' }), 'none')).rejects.toMatchObject({
      exit: 'usage',
      message: 'No tenant is selected.',
    });
  });

  test('a context by flag beats one by variable beats the selected one', async () => {
    const base = ports();
    for (const name of ['one', 'two', 'three']) await setContext(base, name, { tenant_id: name });
    await useContext(base, 'one');
    const env = withEnv(base, { THOTHCTL_CONTEXT: 'two' });
    expect((await resolveConnection({}, base, 'none')).tenantId).toBe('one');
    expect((await resolveConnection({}, env, 'none')).tenantId).toBe('two');
    expect((await resolveConnection({ context: 'three' }, env, 'none')).tenantId).toBe('three');
    await expect(resolveConnection({ context: 'four' }, env, 'none')).rejects.toMatchObject({
      exit: 'usage',
      fix: 'Known contexts: one, three, two.',
    });
  });

  test.each([
    [{ tenantId: 'evil.example/' }],
    [{ tenantId: '../acme' }],
    [{ tenantId: 'a.b' }],
    [{ tenantId: 'acme', apexDomain: 'x.example/path' }],
    [{ tenantId: 'acme', apexDomain: 'user@x.example' }],
  ])('no host is derived from %j', async (inputs) => {
    await expect(resolveConnection(inputs, ports(), 'none')).rejects.toMatchObject({ exit: 'usage' });
  });

  test.each(['0', '-1', 'soon', '1e9'])('a time limit of %s is refused', async (limit) => {
    await expect(
      resolveConnection({ tenantId: 'acme' }, ports({ THOTH_TIMEOUT_SECONDS: limit }), 'none'),
    ).rejects.toMatchObject({ exit: 'usage' });
  });
});

describe('credentials', () => {
  test('of the selected context, when nothing else is given', async () => {
    const { credential, notices, explanations } = await resolveConnection({}, await home());
    expect(credential).toMatchObject({ kind: 'bearer', secret: 'from-context' });
    expect(notices).toEqual([]);
    expect(JSON.stringify(explanations)).not.toContain('from-context');
    expect(explain(explanations, 'credential')).toMatchObject({ value: 'admin token', source: 'context' });
  });

  test('a variable beats the selected context, a chosen context beats a variable and says so', async () => {
    const at = await home({ THOTH_API_KEY: 'thoth_k1', THOTH_ORG_API_KEY: 'thoth_k2' });
    expect((await resolveConnection({}, at)).credential).toMatchObject({
      kind: 'api_key',
      secret: 'thoth_k2',
      origin: 'THOTH_ORG_API_KEY',
    });
    const chosen = await resolveConnection({ context: 'local' }, at);
    expect(chosen.credential?.secret).toBe('from-context');
    expect(chosen.notices).toEqual([
      'Using the credential of context local; THOTH_ORG_API_KEY and THOTH_API_KEY ignored because --context was given.',
    ]);
    const flagged = await resolveConnection({ context: 'local', orgApiKey: 'thoth_flag' }, at);
    expect(flagged.credential).toMatchObject({ secret: 'thoth_flag', source: 'flag' });
  });

  test('two kinds at one rank are refused, naming both', async () => {
    const both = { THOTH_API_KEY: 'thoth_k', THOTH_ADMIN_BEARER_TOKEN: 'ey' };
    await expect(resolveConnection({}, await home(both))).rejects.toMatchObject({
      exit: 'usage',
      message: expect.stringMatching(/THOTH_ADMIN_BEARER_TOKEN.*THOTH_API_KEY/),
    });
    await expect(
      resolveConnection({ authToken: 'ey', orgApiKeyFile: 'f' }, await home()),
    ).rejects.toMatchObject({ exit: 'usage' });
    // A flag settles what the environment leaves open.
    expect((await resolveConnection({ authToken: 'ey' }, await home(both))).credential?.secret).toBe('ey');
  });

  test('inline beats file within a kind', async () => {
    const at = await home();
    const file = join(at.folder, 'token');
    writeFileSync(file, 'from-file\n', { mode: 0o600 });
    expect((await resolveConnection({ authTokenFile: file }, at)).credential?.secret).toBe('from-file');
    expect(
      (await resolveConnection({ authToken: 'inline', authTokenFile: file }, at)).credential?.secret,
    ).toBe('inline');
    const env = withEnv(at, { THOTH_ADMIN_BEARER_TOKEN_FILE: file });
    expect((await resolveConnection({}, env)).credential?.secret).toBe('from-file');
    expect(
      (
        await resolveConnection(
          {},
          withEnv(env, { THOTH_ADMIN_BEARER_TOKEN_FILE: file, THOTH_ADMIN_BEARER_TOKEN: 'env' }),
        )
      ).credential?.secret,
    ).toBe('env');
  });

  test('a file others can read is used with a warning; a missing or empty one is an error', async () => {
    const at = await home();
    const file = join(at.folder, 'token');
    writeFileSync(file, 'open');
    chmodSync(file, 0o644);
    expect((await resolveConnection({ authTokenFile: file }, at)).notices).toEqual([
      expect.stringContaining(`chmod 600 ${file}`),
    ]);
    writeFileSync(file, ' \n');
    await expect(resolveConnection({ authTokenFile: file }, at)).rejects.toMatchObject({
      exit: 'usage',
      message: expect.stringContaining('empty'),
    });
    await expect(resolveConnection({ authTokenFile: `${file}-absent` }, at)).rejects.toMatchObject({
      exit: 'usage',
      message: expect.stringContaining('--auth-token-file'),
    });
  });

  test('the session file of the existing tool comes last', async () => {
    const at = ports();
    await expect(resolveConnection({ tenantId: 'acme' }, at)).rejects.toMatchObject({
      code: 'not_signed_in',
      exit: 'unauthenticated',
    });
    expect((await resolveConnection({ tenantId: 'acme' }, at, 'optional')).credential).toBeUndefined();
    mkdirSync(dirname(at.paths.sessionFile), { recursive: true });
    writeFileSync(at.paths.sessionFile, 'saved.session.token', { mode: 0o600 });
    expect((await resolveConnection({ tenantId: 'acme' }, at)).credential).toMatchObject({
      kind: 'bearer',
      secret: 'saved.session.token',
      source: 'file',
    });
    await saveSession(at, 'local', place, session);
    expect((await resolveConnection({}, at)).credential?.secret).toBe('from-context');
  });
});

describe('a credential stays with its tenant and host', () => {
  test.each([
    ['another address', { govapiUrl: 'https://evil.example' }, {}, '--govapi-url'],
    ['another address by variable', {}, { THOTH_GOVAPI_URL: 'https://evil.example' }, 'THOTH_GOVAPI_URL'],
    ['another tenant', { tenantId: 'other' }, {}, '--tenant-id'],
    ['another tenant by variable', { context: 'local' }, { THOTH_TENANT_ID: 'other' }, 'THOTH_TENANT_ID'],
    ['another port', { govapiUrl: 'http://127.0.0.1:4101' }, {}, '--govapi-url'],
    ['another path', { govapiUrl: 'http://127.0.0.1:4100/x' }, {}, '--govapi-url'],
  ])('%s', async (_, inputs, env, culprit) => {
    await expect(resolveConnection(inputs, await home(env))).rejects.toMatchObject({
      code: 'credential_elsewhere',
      exit: 'usage',
      fix: expect.stringContaining(culprit),
    });
  });

  test('another domain, where the host is derived', async () => {
    const base = ports();
    await saveSession(base, 'prod', { tenant_id: 'acme' }, session);
    expect((await resolveConnection({}, base)).baseUrl).toBe('https://grid.acme.atensecurity.com');
    await expect(resolveConnection({ apexDomain: 'evil.example' }, base)).rejects.toMatchObject({
      code: 'credential_elsewhere',
    });
  });

  test('the same place spelled otherwise is the same place', async () => {
    const at = await home();
    for (const govapiUrl of ['http://127.0.0.1:4100/', 'HTTP://127.0.0.1:4100']) {
      expect((await resolveConnection({ govapiUrl, tenantId: 'acme' }, at)).credential?.secret).toBe(
        'from-context',
      );
    }
  });

  test('an expired or vanished one is not sent', async () => {
    const base = ports();
    await saveSession(base, 'old', place, { ...session, expiresAt: '2026-03-02T08:59:59Z' });
    await expect(resolveConnection({}, base)).rejects.toMatchObject({
      code: 'credential_expired',
      exit: 'unauthenticated',
    });
    await setContext(base, 'old', {
      credential: { kind: 'bearer', store: 'keyring', ref: 'gone', expires_at: null },
    });
    await expect(resolveConnection({}, base)).rejects.toMatchObject({
      code: 'credential_missing',
      exit: 'unauthenticated',
    });
    await setContext(base, 'old', {
      credential: { kind: 'api_key', store: 'env', ref: 'MY_KEY', expires_at: null },
    });
    expect((await resolveConnection({}, withEnv(base, { MY_KEY: 'thoth_mine' }))).credential).toMatchObject({
      kind: 'api_key',
      secret: 'thoth_mine',
    });
  });
});

test('explain answers also when the settings do not fit together', async () => {
  const { explanations, problem } = await explainSettings(
    { govapiUrl: 'https://evil.example' },
    await home(),
  );
  expect(problem).toMatchObject({ code: 'credential_elsewhere' });
  expect(explain(explanations, 'govapi_url')).toMatchObject({ source: 'flag', shadowed: ['context local'] });
  expect((await explainSettings({}, ports())).explanations.map(({ setting }) => setting)).toEqual([
    'context',
    'tenant_id',
    'apex_domain',
    'govapi_url',
    'enforce_url',
    'timeout_seconds',
    'credential',
  ]);
});
