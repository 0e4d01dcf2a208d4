import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../../support/tls/index.js';
import { ThothctlError } from '../../../src/errors/index.js';
import { startServer, type RunningServer, type StartServerOptions } from '../../../src/server/index.js';
import { send, startTestServer } from './running-server.js';

let folder: string;
let running: RunningServer[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-lifecycle-'));
  running = [];
});
afterEach(async () => {
  for (const server of running) await server.close();
  await rm(folder, { recursive: true, force: true });
});

const start = async (options: StartServerOptions = {}): Promise<RunningServer> => {
  const server = await startServer({
    port: 0,
    dataDir: join(folder, 'data'),
    validateResponses: true,
    ...options,
  });
  running.push(server);
  return server;
};
const refusal = async (options: StartServerOptions): Promise<ThothctlError> => {
  const error = await start(options).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ThothctlError);
  return error instanceof ThothctlError ? error : expect.unreachable();
};
const token = async (server: RunningServer) => (await readFile(server.adminTokenFile, 'utf8')).trim();

describe('the first start', () => {
  it('makes the tenant, a token for its owner alone and a ready file', async () => {
    const readyFile = join(folder, 'ready.json');
    const server = await start({ tenantId: 'acme', readyFile });
    expect(JSON.parse(await readFile(readyFile, 'utf8'))).toEqual({
      url: server.url,
      tenant_id: 'acme',
      admin_token_file: server.adminTokenFile,
      pid: process.pid,
    });
    expect((await stat(server.adminTokenFile)).mode & 0o777).toBe(0o600);
    expect((await stat(server.dataDir)).mode & 0o777).toBe(0o700);
    expect((await readdir(server.dataDir)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await server.close();
    await expect(stat(readyFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('happens once: later starts keep tenant and token, and refuse another tenant', async () => {
    const first = await start({ tenantId: 'acme' });
    const before = await token(first);
    await first.close();
    const second = await start();
    expect(second.tenantId).toBe('acme');
    expect(await token(second)).toBe(before);
    await second.close();
    expect(await refusal({ tenantId: 'other' })).toMatchObject({ code: 'other_tenant', exit: 'usage' });
  });

  it('replaces a token file that was lost', async () => {
    const first = await start();
    await rm(first.adminTokenFile);
    await first.close();
    const second = await start();
    const reply = await send('GET', `${second.url}/local/thoth/settings`, undefined, await token(second));
    expect(reply.status).toBe(200);
  });

  it('refuses what is no tenant id and leaves no tenant behind', async () => {
    expect((await refusal({ tenantId: 'Not A Tenant' })).code).toBe('tenant_id_invalid');
    expect((await start()).tenantId).toBe('local');
  });
});

describe('a start is refused', () => {
  it('when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error = await refusal({ port });
    expect(error).toMatchObject({ code: 'port_in_use', exit: 'conflict' });
    expect(error.message).toContain(String(port));
    other.close();
    // The failed start has released the data directory.
    await start();
  });

  it('when another server holds the data directory', async () => {
    await start();
    expect((await refusal({})).code).toBe('data_directory_locked');
  });

  it('when the ready file cannot be written, before anything is created', async () => {
    for (const readyFile of [join(folder, 'no', 'ready'), folder, '']) {
      expect(await refusal({ readyFile })).toMatchObject({ code: 'ready_file_unusable', exit: 'usage' });
    }
    await expect(stat(join(folder, 'data'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('when it would send credentials in the clear', async () => {
    expect((await refusal({ host: '0.0.0.0' })).code).toBe('insecure_listen');
    const server = await start({ host: '0.0.0.0', insecureHttp: true });
    expect((await send('GET', `${server.url}/healthz`)).status).toBe(200);
  });

  it('when certificate and key do not fit', async () => {
    const certFile = join(folder, 'cert.pem');
    await writeFile(certFile, 'no certificate');
    expect((await refusal({ tls: { certFile, keyFile: certFile } })).code).toBe('tls_material_invalid');
    expect((await refusal({ tls: { certFile: join(folder, 'x'), keyFile: certFile } })).code).toBe(
      'tls_file_unreadable',
    );
  });

  it('when the data directory cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    expect((await refusal({ dataDir: join(folder, 'file') })).exit).toBe('usage');
    if (process.getuid?.() === 0) return;
    const locked = join(folder, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    expect((await refusal({ dataDir: join(locked, 'data') })).exit).toBe('usage');
  });
});

describe('TLS', () => {
  it('serves both planes over https', async () => {
    const [certFile, keyFile] = [LOCALHOST_CERT, LOCALHOST_KEY];
    const server = await start({ host: '0.0.0.0', tls: { certFile, keyFile } });
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    const ca = await readFile(certFile);
    const status = await new Promise((resolve, reject) => {
      get(`${server.url}/healthz`, { ca, servername: 'localhost' }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
  });
});

describe('a seed', () => {
  it('is applied at the first start and never again', async () => {
    const seedFile = join(folder, 'seed.yaml');
    await writeFile(join(folder, 'allow.cedar'), 'permit(principal, action, resource);\n');
    await writeFile(
      seedFile,
      'settings:\n  compliance_profile: healthcare\nagents:\n  bot: [read_file]\n' +
        'policy_bundles:\n  - name: base\n    framework: CEDAR\n    file: allow.cedar\n',
    );
    const thoth = await startTestServer({ dataDir: join(folder, 'data'), seedFile });
    running.push(thoth.server);
    expect((await thoth.call('GET', '/thoth/settings')).body.compliance_profile).toBe('healthcare');
    expect((await thoth.call('GET', '/thoth/x/agents/bot/scope')).body.approved_scope).toEqual(['read_file']);
    expect((await thoth.call('GET', '/thoth/policy-bundles')).body).toMatchObject({ total: 1 });
    await thoth.call('PUT', '/thoth/settings', { compliance_profile: 'soc2' });
    await thoth.restart();
    running.push(thoth.server);
    expect((await thoth.call('GET', '/thoth/settings')).body.compliance_profile).toBe('soc2');
    expect((await thoth.call('GET', '/thoth/policy-bundles')).body.total).toBe(1);
  });

  it('that is refused half way is applied to its end by the next start', async () => {
    const seedFile = join(folder, 'seed.json');
    const seed = (raw_policy: string) =>
      writeFile(
        seedFile,
        JSON.stringify({
          agents: { bot: ['read_file'] },
          policy_bundles: [{ name: 'base', framework: 'CEDAR', raw_policy }],
        }),
      );
    await seed('permit(');
    const error = await refusal({ seedFile });
    expect(error).toMatchObject({ code: 'seed_refused', exit: 'usage' });
    expect(error.details?.['diagnostics']).toBeDefined();
    await seed('permit(principal, action, resource);');
    const server = await start({ seedFile });
    const reply = await send(
      'GET',
      `${server.url}/local/thoth/policy-bundles`,
      undefined,
      await token(server),
    );
    expect(reply.body.total).toBe(1);
  });

  it('that is wrong is refused with its place, before anything is created', async () => {
    const seedFile = join(folder, 'seed.yaml');
    for (const [text, place] of [
      ['settings:\n  webhook: [\n', '3:1'],
      ['agents:\n  bot: read_file\n', '2:8'],
      ['settings:\n  webhook:\n    enabled: maybe\n', '3:14'],
      ['nonsense: 1\n', '1:11'],
      ['policy_bundles:\n  - name: a\n    framework: REGO\n    raw_policy: x\n', '3:16'],
    ] as const) {
      await writeFile(seedFile, text);
      const error = await refusal({ seedFile });
      expect(error).toMatchObject({ code: 'seed_file_invalid', exit: 'usage' });
      expect(error.message).toContain(`seed.yaml:${place}`);
    }
    await expect(stat(join(folder, 'data'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('closing', () => {
  it('answers what is in flight, then refuses connections', async () => {
    const server = await start();
    const bearer = await token(server);
    const calls = Array.from({ length: 20 }, (_, index) =>
      send('PUT', `${server.url}/local/thoth/settings`, { [`key${index}`]: index }, bearer),
    );
    await calls[0];
    const closed = server.close();
    const settled = await Promise.allSettled(calls);
    await closed;
    await server.close();
    const answered = settled.filter((result) => result.status === 'fulfilled').map((result) => result.value);
    expect(answered.every((reply) => reply.status === 200)).toBe(true);
    await expect(send('GET', `${server.url}/healthz`)).rejects.toThrow();
    const again = await start();
    const { body } = await send('GET', `${again.url}/local/thoth/settings`, undefined, bearer);
    for (const reply of answered) expect(body).toMatchObject({ tenant_id: reply.body.tenant_id });
  });
});
