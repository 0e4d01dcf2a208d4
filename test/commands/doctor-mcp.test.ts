import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN } from '../support/cli.js';
import { isAlive } from '../run/run-process.js';
import { LocalPlane } from './local-plane.js';

/** Notes its process id and every byte it gets; answers as a server with one tool does. */
const SERVER = `
import { appendFileSync } from 'node:fs';
const [received] = process.argv.slice(2);
appendFileSync(received + '.pid', String(process.pid) + '\\n');
let rest = '';
process.stdin.on('data', (chunk) => {
  appendFileSync(received, chunk);
  rest += chunk;
  for (let cut; (cut = rest.indexOf('\\n')) !== -1; rest = rest.slice(cut + 1)) {
    const { id, method } = JSON.parse(rest.slice(0, cut));
    if (id === undefined) continue;
    const result = method === 'initialize'
      ? { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }
      : method === 'tools/list' ? { tools: [{ name: 'read', inputSchema: { type: 'object' } }] } : {};
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
  }
});
// Outlives the end of its input: only a signal ends it.
setInterval(() => undefined, 1000);
`;

let plane: LocalPlane;
let script: string;
let keyFile: string;
beforeAll(async () => {
  plane = await LocalPlane.start();
  script = join(plane.home, 'server.mjs');
  keyFile = join(plane.home, 'agent.key');
  await writeFile(script, SERVER);
  await writeFile(keyFile, await plane.agentKey(), { mode: 0o600 });
});
afterAll(() => plane.remove());

const received = (name: string): string => join(plane.home, `received-${name}`);
const direct = (name: string) => ({ command: process.execPath, args: [script, received(name)] });

/** The launch of a server as `mcp-config wrap` writes it, with these flags of `run`. */
function wrapped(name: string, flags: readonly string[] = [], server = direct(name), url = plane.url) {
  const governed = ['--agent-id', name, '--tenant-id', 'local', '--api-url', url];
  const args = [BIN, 'run', ...governed, ...flags, '--mcp', '--', server.command, ...server.args];
  return { command: process.execPath, args };
}

interface Seen {
  readonly server: string;
  readonly state: string;
  readonly result: string;
  readonly fix?: string;
  readonly tools?: number;
}

async function doctor(
  servers: Record<string, object>,
  ...more: string[]
): Promise<{ exit: number | null; seen: Map<string, Seen>; stdout: string }> {
  const file = join(plane.home, 'mcp.json');
  await writeFile(file, JSON.stringify({ mcpServers: servers }));
  const { exit, stdout } = await plane.run(['doctor', '--mcp', '--mcp-config', file, '--json', ...more]);
  const { servers: list } = JSON.parse(stdout) as { servers: Seen[] };
  expect(list.map(({ server }) => server)).toEqual(Object.keys(servers));
  return { exit, stdout, seen: new Map(list.map((each) => [each.server, each])) };
}

async function startedBy(name: string): Promise<number[]> {
  const text = await readFile(`${received(name)}.pid`, 'utf8');
  return text.trim().split('\n').map(Number);
}

describe('doctor --mcp', () => {
  it('says of servers reached by URL what stands in the way, and nothing that cannot help', async () => {
    const run = [BIN, 'run', '--agent-id', 'far', '--tenant-id', 'local', '--api-url', plane.url];
    const { exit, seen } = await doctor({
      far: { command: process.execPath, args: [...run, '--mcp-http', 'http://127.0.0.1:9/mcp'] },
      old: { type: 'sse', url: 'https://mcp.example/sse' },
    });
    expect(exit).toBe(11);
    expect(seen.get('far')).toMatchObject({
      state: 'unknown',
      result: expect.stringContaining('could not be reached') as string,
      fix: expect.stringContaining('--header') as string,
    });
    expect(seen.get('old')?.fix).toContain('streamable HTTP');
    expect(seen.get('old')?.fix).not.toContain('--mcp-http');
  });

  it('sees Thoth stop the canary, the server never get it, and leaves no process or folder behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('thothctl-doctor-'));
    const names = ['one', 'two', 'three', 'four', 'five', 'six'];
    const flags = ['--api-key-file', keyFile, '--approved-scope', 'read'];
    const { exit, seen } = await doctor(
      Object.fromEntries(names.map((name) => [name, wrapped(name, flags)])),
    );
    expect([...seen.values()].map(({ state, tools }) => [state, tools])).toEqual(
      names.map(() => ['protected', 1]),
    );
    expect(exit).toBe(0);
    for (const name of names) {
      const bytes = await readFile(received(name), 'utf8');
      expect(bytes).toContain('tools/list');
      expect(bytes).not.toMatch(/tools\/call|canary/);
      for (const pid of await startedBy(name)) expect(isAlive(pid)).toBe(false);
    }
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('thothctl-doctor-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
    expect(existsSync(join(plane.home, 'state', 'mcp-pins'))).toBe(false);
  });

  it('knows a call that is held, and takes the hold back', async () => {
    const flags = ['--api-key-file', keyFile, '--enforcement-mode', 'step_up'];
    const { exit, seen } = await doctor({ held: wrapped('held', flags) });
    expect(seen.get('held')).toMatchObject({ state: 'protected', result: 'held for an approver by Thoth' });
    expect(exit).toBe(0);
    const { data } = await plane.json('approvals', 'list', '--status', 'pending');
    expect(data).toEqual([]);
  });

  it('fails (10) for a server that is not wrapped, one that only watches, and one behind an imposter', async () => {
    const imposter = join(plane.home, 'thothctl.mjs');
    await writeFile(
      imposter,
      `import { spawn } from 'node:child_process';
       const words = process.argv.slice(process.argv.indexOf('--') + 1);
       spawn(words[0], words.slice(1), { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1));`,
    );
    const { exit, seen } = await doctor({
      bare: direct('bare'),
      watching: wrapped('watching', ['--api-key-file', keyFile, '--enforcement-mode', 'observe']),
      fooled: {
        command: process.execPath,
        args: [imposter, 'run', '--mcp', '--', ...Object.values(direct('fooled')).flat()],
      },
      good: wrapped('good', ['--api-key-file', keyFile, '--approved-scope', 'read']),
    });
    expect(exit).toBe(10);
    expect(seen.get('bare')).toMatchObject({
      state: 'unprotected',
      fix: expect.stringContaining('mcp-config wrap') as string,
    });
    expect(existsSync(received('bare'))).toBe(false);
    expect(seen.get('watching')).toMatchObject({
      state: 'unprotected',
      fix: expect.stringContaining('--enforcement-mode block') as string,
    });
    expect(seen.get('fooled')).toMatchObject({ state: 'unprotected' });
    expect(seen.get('good')).toMatchObject({ state: 'protected' });
  });

  it('says what keeps it from knowing (11): no key, a wrong one, no enforcer, no program, a dead and a mute server', async () => {
    const wrongKey = join(plane.home, 'wrong.key');
    await writeFile(wrongKey, 'thoth_wrong_key_0000000000000000', { mode: 0o600 });
    const key = ['--api-key-file', keyFile];
    const script = (text: string) => ({ command: process.execPath, args: ['-e', text] });
    const { exit, seen, stdout } = await doctor(
      {
        keyless: { ...wrapped('keyless'), env: { THOTHCTL_CONFIG_DIR: join(plane.home, 'nothing') } },
        wrong: wrapped('wrong', ['--api-key-file', wrongKey]),
        away: wrapped('away', key, direct('away'), 'http://127.0.0.1:9'),
        missing: wrapped('missing', key, { command: 'no-such-program', args: [] }),
        dead: wrapped('dead', key, script('console.error("secret-of-the-server"); process.exit(3)')),
        mute: wrapped('mute', key, script('setInterval(() => {}, 1000)')),
        gone: { command: join(plane.home, 'thothctl'), args: ['run', '--mcp', '--', 'x'] },
        remote: { type: 'sse', url: 'https://example.com/mcp' },
      },
      '--mcp-timeout',
      '20',
    );
    expect(exit).toBe(11);
    expect([...seen.values()].map(({ state }) => state)).toEqual(Array(8).fill('unknown'));
    expect([...seen.values()].every(({ fix }) => fix !== undefined && fix !== '')).toBe(true);
    const results = Object.fromEntries([...seen].map(([name, { result }]) => [name, result]));
    expect(results).toMatchObject({
      keyless: expect.stringMatching(/proxy did not start \(exit 4\): There is no API key/) as string,
      wrong: expect.stringContaining('every call is refused') as string,
      away: expect.stringContaining('enforcer unavailable') as string,
      missing: expect.stringContaining('ENOENT') as string,
      dead: expect.stringContaining('ended (code 3) before it answered initialize') as string,
      mute: 'no answer to initialize within 20 s',
      gone: expect.stringContaining('could not be started (ENOENT)') as string,
      remote: expect.stringContaining('reached by URL') as string,
    });
    expect(stdout).not.toContain('secret-of-the-server');
  });

  it("hands on what the client would: the entry's own variables and folder, and of Codex hardly anything else", async () => {
    const home = join(plane.home, 'codex-home');
    await mkdir(join(home, 'place'), { recursive: true });
    const show = `require('node:fs').writeFileSync(${JSON.stringify(join(home, 'seen.json'))}, JSON.stringify([process.env.OWN, process.env.STRANGER, process.cwd()])); process.exit(0)`;
    const { command, args } = wrapped('codex', ['--api-key-file', keyFile], {
      command: process.execPath,
      args: ['-e', show],
    });
    await writeFile(
      join(home, 'config.toml'),
      `[mcp_servers.codex]\ncommand = ${JSON.stringify(command)}\nargs = ${JSON.stringify(args)}\ncwd = ${JSON.stringify(join(home, 'place'))}\n[mcp_servers.codex.env]\nOWN = "1"\n`,
    );
    const result = await plane.run(['doctor', '--mcp', '--json'], {
      CODEX_HOME: home,
      STRANGER: '1',
      HOME: home,
    });
    expect(result.exit).toBe(11);
    expect(JSON.parse(await readFile(join(home, 'seen.json'), 'utf8'))).toEqual([
      '1',
      null,
      join(home, 'place'),
    ]);
  });

  it('looks at the servers of a project too, in its folder, and tells how to wrap its file', async () => {
    const home = join(plane.home, 'project-home');
    const project = join(home, 'project');
    await mkdir(project, { recursive: true });
    const show = `require('node:fs').writeFileSync('seen.json', JSON.stringify(process.cwd())); process.exit(0)`;
    const server = { command: process.execPath, args: ['-e', show] };
    const entries = { here: wrapped('here', ['--api-key-file', keyFile], server), bare: direct('bare') };
    await writeFile(join(project, '.mcp.json'), JSON.stringify({ mcpServers: entries }));
    const run = (...args: string[]) => plane.run(['doctor', '--mcp', '--json', ...args], { HOME: home });

    expect((await run()).exit).toBe(6);
    const { exit, stdout } = await run('--project', project, '--client', 'claude-code');
    expect(exit).toBe(10);
    expect(JSON.parse(await readFile(join(project, 'seen.json'), 'utf8'))).toBe(project);
    expect((JSON.parse(stdout) as { servers: Seen[] }).servers).toMatchObject([
      { server: 'here', client: 'claude-code', state: 'unknown' },
      { server: 'bare', fix: `thothctl mcp-config wrap ${join(project, '.mcp.json')}` },
    ]);
    expect((await run('--project', project, '--mcp-config', 'x.json')).exit).toBe(2);
    expect((await plane.run(['doctor', '--project', project])).exit).toBe(2);
  });

  it('says where to look when there is nothing, and wants --mcp with --mcp-config', async () => {
    expect((await plane.run(['doctor', '--mcp'], { HOME: join(plane.home, 'empty') })).exit).toBe(6);
    expect((await plane.run(['doctor', '--mcp-config', 'x.json'])).exit).toBe(2);
  });
});
