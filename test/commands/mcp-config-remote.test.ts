import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RemoteServer } from '../run/remote-server.js';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let remote: RemoteServer;
let file: string;
let original: string;
let entry: string;

beforeAll(async () => {
  plane = await LocalPlane.start();
  remote = await RemoteServer.start();
  await writeFile(join(plane.home, 'agent.key'), await plane.agentKey(), { mode: 0o600 });
  file = join(plane.home, 'mcp.json');
  entry = `{ // of the company
      "type": "http",
      "url": "${remote.url}?key=s3cret",
      "headers": { "Authorization": "Bearer t0ken" }
    }`;
  original = `{
  "mcpServers": {
    "crm": ${entry},
    "old": { "type": "sse", "url": "https://mcp.example.com/" }
  }
}
`;
  await writeFile(file, original);
});
afterAll(async () => {
  await remote.stop();
  await plane.remove();
});

interface Entry {
  readonly type: string;
  readonly command: string;
  readonly args: string[];
}

function flags(scope: string): string[] {
  const key = join(plane.home, 'agent.key');
  return ['--tenant-id', 'local', '--api-url', plane.url, '--api-key-file', key, '--approved-scope', scope];
}

async function wrapped(): Promise<Entry> {
  const text = (await readFile(file, 'utf8')).replace('// of the company', '');
  return (JSON.parse(text) as { mcpServers: { crm: Entry } }).mcpServers.crm;
}

it('puts a server reached by URL under run, and its credentials into files of their own', async () => {
  expect(await plane.run(['mcp-config', 'check', file])).toMatchObject({ exit: 10 });
  const diff = await plane.run(['mcp-config', 'diff', file, ...flags('erase')]);
  expect(diff.stdout).toContain(`- ${remote.url}?…`);
  expect(diff.stdout).not.toMatch(/s3cret|t0ken/);
  expect(await plane.run(['mcp-config', 'wrap', file, ...flags('erase'), '--dry-run'])).toMatchObject({
    exit: 0,
  });
  expect(await readFile(file, 'utf8')).toBe(original);

  const { exit, stdout } = await plane.run(['mcp-config', 'wrap', file, ...flags('erase'), '--json']);
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    files: [
      {
        servers: [
          { name: 'crm', state: 'governed' },
          { name: 'old', state: 'remote', detail: expect.stringContaining('HTTP+SSE') as string },
        ],
      },
    ],
  });
  const text = await readFile(file, 'utf8');
  expect(text).not.toMatch(/s3cret|t0ken/);
  expect(text).toContain('{ // of the company');
  expect((await wrapped()).type).toBe('stdio');
  const kept = /file:([^"]*)\/url/.exec(text)?.[1] ?? '';
  const modes = (await readdir(kept)).map(async (name) => (await stat(join(kept, name))).mode & 0o777);
  expect(await Promise.all(modes)).toEqual([0o600, 0o600, 0o600]);

  // With other flags the former ones are replaced; the server stays the same.
  await plane.run(['mcp-config', 'wrap', file, ...flags('echo')]);
  expect((await wrapped()).args.filter((word) => word === 'erase')).toEqual([]);
  expect(await plane.run(['mcp-config', 'check', file, '--approved-scope', 'echo'])).toMatchObject({
    exit: 0,
  });
  expect(await plane.run(['mcp-config', 'check', file, '--approved-scope', 'x'])).toMatchObject({ exit: 10 });
});

it('is decided first for a client that gives it next to no environment', async () => {
  const { command, args } = await wrapped();
  const client = new Client({ name: 'minimal', version: '1' });
  await client.connect(
    new StdioClientTransport({ command, args, env: { HOME: plane.home }, stderr: 'ignore' }),
  );
  try {
    const echoed = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(echoed.content).toEqual([{ type: 'text', text: 'hello' }]);
    const erased = await client.callTool({ name: 'erase', arguments: {} });
    expect(erased.isError).toBe(true);
    expect(remote.ran).toEqual([{ text: 'hello' }]);
    expect(remote.received.every(({ headers }) => headers.authorization === 'Bearer t0ken')).toBe(true);
    expect(remote.received.every(({ url }) => url.endsWith('?key=s3cret'))).toBe(true);
  } finally {
    await client.close();
  }
});

it('is seen to be protected by doctor', async () => {
  const { stdout } = await plane.run(['doctor', '--mcp', '--mcp-config', file, '--json']);
  const { servers } = JSON.parse(stdout) as { servers: { server: string; state: string; result: string }[] };
  expect(servers.find(({ server }) => server === 'crm')).toMatchObject({
    state: 'protected',
    result: expect.stringContaining('blocked by Thoth') as string,
  });
  expect(servers.find(({ server }) => server === 'old')?.state).toBe('unknown');
  expect(remote.messages('tools/call').filter((body) => body.includes('thoth_canary'))).toEqual([]);
});

it('comes back to the byte, also when the file was edited in the meantime', async () => {
  const edited = (await readFile(file, 'utf8')).replace('"old"', '"older"');
  await writeFile(file, edited);
  expect(await plane.run(['mcp-config', 'unwrap', file, '--yes'])).toMatchObject({ exit: 0 });
  expect(await readFile(file, 'utf8')).toBe(original.replace('"old"', '"older"'));

  await writeFile(file, original);
  await plane.run(['mcp-config', 'wrap', file, ...flags('echo')]);
  const { args } = await wrapped();
  const kept = /file:(.*)\/url/.exec(args.join('\n'))?.[1] ?? '';
  expect(await plane.run(['mcp-config', 'unwrap', file, '--yes'])).toMatchObject({ exit: 0 });
  expect(await readFile(file, 'utf8')).toBe(original);
  await expect(readdir(kept)).rejects.toThrow('ENOENT');
});
