import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { givenToken } from '../../src/run/mcp-http/listen-token.js';
import { EndpointGuard } from '../../src/run/mcp-http/endpoint-guard.js';
import type { McpHttpOptions } from '../../src/run/mcp-http/index.js';
import { ScriptedEnforcer, until } from '../sdk/scripted-enforcer.js';
import { cliEnvironment, ROOT } from '../support/cli.js';
import '../support/property-seed.js';
import { RemoteServer } from './remote-server.js';
import { governanceBy } from './scripted-runs.js';
import { RunHarness, RunningCommand } from './run-process.js';

// An endpoint that lends its callers a credential serves nobody but those who show its token.
const TOKEN = 'correct-horse-battery-staple';
const INJECTED = { 'x-crm-key': 'crm-s3cret' };

let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let remote: RemoteServer;
let folder: string;
const running: RunningCommand[] = [];

beforeAll(async () => {
  harness = await RunHarness.create();
});
afterAll(() => harness.remove());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'thothctl-tokens-'));
  enforcer = await ScriptedEnforcer.start();
  remote = await RemoteServer.start();
});
afterEach(async () => {
  for (const each of running.splice(0)) {
    each.child.kill('SIGKILL');
    await each.ended;
  }
  await remote.stop();
  await enforcer.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(options: Partial<McpHttpOptions>, command: readonly string[] = []): RunningCommand {
  const one = harness.start(
    {
      governance: governanceBy(enforcer),
      allowed: { origins: ['https://app.example'], hosts: [] },
      insecureHttp: false,
      proof: { token: undefined, folder },
      ...options,
    },
    command,
  );
  running.push(one);
  return one;
}

const listen = { host: '127.0.0.1', port: 0 };
const upstream = () => ({ url: remote.url, headers: INJECTED });
const given = () => ({ listen, upstream: upstream(), proof: { token: TOKEN, folder } });

function post(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"erase","arguments":{}}}';
  const always = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  return fetch(url, { method: 'POST', headers: { ...always, ...headers }, body });
}

/** What the endpoint's tools say to a client that sends this header. */
async function toolsFor(url: string, authorization?: string): Promise<string[]> {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = authorization === undefined ? {} : { headers: { authorization } };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  const { tools } = await client.listTools();
  await client.close();
  return tools.map(({ name }) => name);
}

const TOOLS = ['echo', 'erase', 'wait'];

describe('an endpoint that lends a credential', () => {
  it('serves the official client that sends its token, which the server never sees', async () => {
    const url = await start(given()).address();
    expect(await toolsFor(url, `Bearer ${TOKEN}`)).toEqual(TOOLS);
    for (const { headers } of remote.received) {
      expect(headers).toMatchObject(INJECTED);
      expect(headers.authorization).toBeUndefined();
    }
  });

  it('tells a client without it what to do, and asks neither the policy nor the server', async () => {
    const url = await start(given()).address();
    await expect(toolsFor(url)).rejects.toThrow('the token of this endpoint is missing or wrong');
    const refused = await post(url);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(remote.received).toEqual([]);
    expect(enforcer.checks).toEqual([]);
  });

  it.each<[string, (url: string) => Promise<Response>]>([
    ['a part of it', (url) => post(url, { authorization: `Bearer ${TOKEN.slice(0, -1)}` })],
    ['more than it', (url) => post(url, { authorization: `Bearer ${TOKEN}x` })],
    ['two', (url) => post(url, { authorization: `Bearer ${TOKEN}, Bearer ${TOKEN}` })],
    ['another scheme', (url) => post(url, { authorization: `Basic ${TOKEN}` })],
    ['no scheme', (url) => post(url, { authorization: TOKEN })],
    ['another header', (url) => post(url, { 'proxy-authorization': `Bearer ${TOKEN}` })],
    ['a query', (url) => post(`${url}?access_token=${TOKEN}`)],
    ['a path', (url) => post(url.replace('/mcp', `/${TOKEN}/mcp`))],
    [
      'nothing, to end a session',
      (url) => fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': 's' } }),
    ],
    ['nothing, to listen', (url) => fetch(url, { headers: { accept: 'text/event-stream' } })],
  ])('turns away %s', async (_name, request) => {
    const url = await start(given()).address();
    const { status } = await request(url);
    expect([401, 404]).toContain(status);
    expect(remote.received).toEqual([]);
  });

  it('answers the question of a browser, which carries no token', async () => {
    const url = await start(given()).address();
    const headers = { origin: 'https://app.example', 'access-control-request-headers': 'authorization' };
    const asked = await fetch(url, { method: 'OPTIONS', headers });
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization']);
  });

  it('takes nothing but its token for it', () => {
    const guard = new EndpointGuard('/mcp', TOKEN);
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(TOKEN, '')),
        fc.string(),
        (shown, path) => {
          const request = new IncomingMessage(new Socket());
          request.headers.authorization = shown;
          expect(guard.reject(request, '/mcp')?.status).toBe(401);
          expect(guard.reject(request, `/${path}`)?.status).toBe(path === 'mcp' ? 401 : 404);
        },
      ),
    );
  });
});

describe('the agent of the run', () => {
  const AGENT = `
    const { THOTH_MCP_URL: url } = process.env;
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const statuses = [];
    for (const at of [url, new URL(url).origin + '/mcp', new URL(url).origin]) {
      statuses.push((await fetch(at, { method: 'POST', headers, body })).status);
    }
    console.log(JSON.stringify({ statuses, kept: url }));
  `;

  it('finds an address of its own and needs to know of no token; others are not served at all', async () => {
    const run = start({ upstream: upstream() }, [process.execPath, '--input-type=module', '-e', AGENT]);
    expect(await run.ended).toBe(0);
    const { statuses, kept } = JSON.parse(run.lines[0] ?? '') as { statuses: number[]; kept: string };
    expect(statuses).toEqual([200, 401, 404]);
    // What lets the agent in is in its environment alone.
    expect(run.err).not.toContain(new URL(kept).pathname.split('/')[1]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps the credential of its own that it sends to the server', async () => {
    const script = AGENT.replace('accept:', "authorization: 'Bearer agent', accept:");
    const run = start({ upstream: upstream() }, [process.execPath, '--input-type=module', '-e', script]);
    await run.ended;
    expect(remote.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer agent']);
  });
});

describe('a token that is made', () => {
  const kept = (): string => join(folder, readdirSync(folder)[0] ?? '');

  it('is for its owner alone, the same after a restart, and another for another server', async () => {
    const first = await start({ listen, upstream: upstream() }).address();
    const authorization = readFileSync(kept(), 'utf8').trim();
    expect(authorization).toMatch(/^Bearer [\w-]{43}$/);
    expect(statSync(kept()).mode & 0o777).toBe(0o600);
    const second = await start({ listen, upstream: upstream() }).address();
    expect(await toolsFor(first, authorization)).toEqual(TOOLS);
    expect(await toolsFor(second, authorization)).toEqual(TOOLS);
    await start({ listen }, [process.execPath, '-e', '']).address();
    expect(readdirSync(folder)).toHaveLength(2);
    expect(new Set(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))).size).toBe(2);
  });

  it('is made once by runs that begin together', async () => {
    const runs = Array.from({ length: 4 }, () => start({ listen, upstream: upstream() }));
    const urls = await Promise.all(runs.map((run) => run.address()));
    expect(readdirSync(folder)).toHaveLength(1);
    const authorization = readFileSync(kept(), 'utf8').trim();
    for (const url of urls) expect(await toolsFor(url, authorization)).toEqual(TOOLS);
  });

  it.each<[string, (file: string) => void]>([
    ['that others can read', (file) => chmodSync(file, 0o640)],
    ['that leads elsewhere', (file) => (rmSync(file), symlinkSync('/dev/zero', file))],
    ['that is a folder', (file) => (rmSync(file), mkdirSync(file))],
    ['that is empty', (file) => writeFileSync(file, '')],
    ['that holds something else', (file) => writeFileSync(file, 'Bearer two words')],
    ['that does not end', (file) => writeFileSync(file, 'x'.repeat(100_000))],
  ])('is not read from a file %s', async (_name, spoil) => {
    const first = start({ listen, upstream: upstream() });
    await first.address();
    spoil(kept());
    const second = start({ listen, upstream: upstream() });
    expect(await second.ended).toBe(125);
    expect(second.err).toContain('listen_token_unsafe');
  });

  it('ends the run where it cannot be kept', async () => {
    const file = harness.file('no-folder', '');
    const run = start({ listen, upstream: upstream(), proof: { token: undefined, folder: file } });
    expect(await run.ended).toBe(125);
    expect(run.err).toContain('it cannot be made');
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['a short word', 'short'],
    ['several words', 'two words of many letters'],
    ['a long text', 'x'.repeat(2000)],
    ['a control character', 'a-token-of-some-length\u0000'],
  ])('is not %s', (_name, token) => {
    expect(() => givenToken(token)).toThrow('is no token');
  });
});

describe('the command', () => {
  const argv = (args: readonly string[]): string[] => {
    const who = ['--api-url', enforcer.url, '--tenant-id', 'acme', '--agent-id', 'bot'];
    return [join(ROOT, 'bin/run.cjs'), 'run', ...who, ...args];
  };
  const environment = (): Record<string, string> => ({
    ...cliEnvironment(folder),
    THOTHCTL_STATE_DIR: join(folder, 'state'),
    THOTH_API_KEY: 'k',
  });

  function thothctl(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
    const options = { env: { ...environment(), ...env }, cwd: folder };
    const one = new RunningCommand(spawn(process.execPath, argv(args), options));
    running.push(one);
    return one;
  }

  async function serving(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Record<string, string>> {
    const one = thothctl(['--listen', '127.0.0.1:0', '--json', ...args], env);
    await until(() => one.out.includes('\n}') || one.child.exitCode !== null);
    return JSON.parse(one.out.toString()) as Record<string, string>;
  }

  it('says where the token is, with which another run reaches the endpoint for a client on stdio', async () => {
    const header = ['--header', 'X-Crm-Key=env:CRM_KEY'];
    const at = await serving(['--mcp-http', remote.url, ...header], { CRM_KEY: INJECTED['x-crm-key'] });
    expect(at['authorization_file']).toMatch(/listen-tokens\/[0-9a-f]{16}$/);
    const client = new Client({ name: 'test', version: '1' });
    const through = [
      '--mcp-http',
      at['url'] ?? '',
      '--header',
      `Authorization=file:${at['authorization_file']}`,
    ];
    const bridge = { command: process.execPath, args: argv(through), env: environment() };
    await client.connect(new StdioClientTransport(bridge));
    const { tools } = await client.listTools();
    await client.close();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS);
    expect(remote.received.every(({ headers }) => headers['x-crm-key'] === INJECTED['x-crm-key'])).toBe(true);
  });

  it('asks for the token it is given, which the server on stdio does not find in its environment', async () => {
    const script = `require('node:readline').createInterface(process.stdin).on('line', (line) => {
      const { id } = JSON.parse(line);
      console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { token: process.env.TOKEN ?? 'none', own: process.env.OWN } }));
    });`;
    const given = ['--listen-token', 'env:TOKEN', '--secret', 'OWN=env:OTHER'];
    const at = await serving([...given, '--', process.execPath, '-e', script], { TOKEN, OTHER: 'other' });
    expect(at['authorization_file']).toBeUndefined();
    const url = at['url'] ?? '';
    expect((await post(url)).status).toBe(401);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${TOKEN}`,
      accept: 'application/json',
    };
    const answered = await fetch(url, { method: 'POST', headers, body });
    expect(await answered.json()).toMatchObject({ result: { token: 'none', own: 'other' } });
  });

  it.each([
    ['env:TOKEN', 'What --listen-token refers to is no token'],
    ['a-token-by-itself', 'none of env:'],
  ])('never shows what is taken for a token by mistake (%s)', async (reference, told) => {
    const run = thothctl(['--listen', '127.0.0.1:0', '--listen-token', reference, '--', 'cat'], {
      TOKEN: 'sh0rt',
    });
    expect(await run.ended).toBe(2);
    expect(run.err).toContain(told);
    expect(run.err).not.toMatch(/sh0rt|by-itself/);
  });

  it('has a use for a token only where it listens', async () => {
    const run = thothctl(['--mcp-http', remote.url, '--listen-token', 'env:TOKEN'], { TOKEN });
    expect(await run.ended).toBe(2);
    expect(run.err).toContain('--listen');
  });
});
