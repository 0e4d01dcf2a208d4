import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
  await writeFile(join(plane.home, 'agent.key'), await plane.agentKey(), { mode: 0o600 });
});
afterAll(() => plane.remove());

const FILESYSTEM = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/package.json')),
  'dist/index.js',
);

async function config(path: string, content: string): Promise<string> {
  const file = join(plane.home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}
const states = (stdout: string): Record<string, string> =>
  Object.fromEntries(
    (JSON.parse(stdout) as { files: { servers: { name: string; state: string }[] }[] }).files.flatMap(
      (file) => file.servers.map((server) => [server.name, server.state]),
    ),
  );

describe('mcp-config', () => {
  it('wraps, checks, shows differences and comes back to the byte', async () => {
    const original =
      '{\n  // mine\n  "mcpServers": {"files": {"command": "node", "args": ["fs.js"], "env": {"A": "1"}},},\n}\n';
    const file = await config('.cursor/mcp.json', original);
    const flags = ['--client', 'cursor', '--tenant-id', 'local'];

    expect(await plane.run(['mcp-config', 'check', ...flags])).toMatchObject({ exit: 10 });
    const diff = await plane.run(['mcp-config', 'diff', ...flags, '--exit-code']);
    expect(diff).toMatchObject({ exit: 3 });
    expect(diff.stdout).toContain('- node fs.js');
    expect(diff.stdout).toMatch(/^\+ .* run --agent-id files --tenant-id local --mcp -- node fs\.js$/m);

    const dry = await plane.run(['mcp-config', 'wrap', ...flags, '--dry-run', '--json']);
    expect(states(dry.stdout)).toEqual({ files: 'governed' });
    expect(await readFile(file, 'utf8')).toBe(original);

    expect(await plane.run(['mcp-config', 'wrap', ...flags])).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining('the credential of the context') as unknown,
    });
    const wrapped = await readFile(file, 'utf8');
    expect(wrapped).toContain('// mine');
    expect(wrapped).toContain('"env": {"A": "1"}');
    expect(await plane.run(['mcp-config', 'wrap', ...flags])).toMatchObject({ exit: 0 });
    expect(await readFile(file, 'utf8')).toBe(wrapped);
    expect(await plane.run(['mcp-config', 'check', ...flags])).toMatchObject({ exit: 0 });
    const other = await plane.run([
      'mcp-config',
      'check',
      '--client',
      'cursor',
      '--tenant-id',
      'other',
      '--json',
    ]);
    expect(other.exit).toBe(10);
    expect(states(other.stdout)).toEqual({ files: 'drifted' });

    expect(await plane.run(['mcp-config', 'unwrap', '--client', 'cursor'])).toMatchObject({ exit: 2 });
    expect(await plane.run(['mcp-config', 'unwrap', '--client', 'cursor', '--yes'])).toMatchObject({
      exit: 0,
    });
    expect(await readFile(file, 'utf8')).toBe(original);
    expect(await readdir(dirname(file))).toEqual(['mcp.json']);
  });

  it('wrapped with other settings and edited since, still unwraps what is wrapped and keeps the edit', async () => {
    const file = await config('edited.json', '{"mcpServers":{"a":{"command":"one","args":["x"]}}}');
    await plane.run(['mcp-config', 'wrap', file, '--agent-id', 'first']);
    await plane.run(['mcp-config', 'wrap', file, '--agent-id', 'second']);
    const wrapped = await readFile(file, 'utf8');
    expect(wrapped).toContain('"second"');
    expect(wrapped).not.toContain('"first"');
    await writeFile(file, wrapped.replace('{"mcpServers"', '{"added":true,"mcpServers"'));
    await plane.run(['mcp-config', 'unwrap', file, '--yes']);
    expect(await readFile(file, 'utf8')).toBe(
      '{"added":true,"mcpServers":{"a":{"command":"one","args":["x"]}}}',
    );
  });

  it('takes the flags of existing scripts, and keeps a key out of the configuration', async () => {
    const file = await config('claude.json', '{"mcpServers":{"a":{"command":"one"}}}');
    const out = join(plane.home, 'wrapped.json');
    const result = await plane.run(
      `wrap-config --tenant-id local --api-key thoth_live_inline-secret --enforcement-mode shadow --session-intent testing --thoth-bin /usr/local/bin/thoth --env A=1 --inherit-path --output ${out} ${file}`.split(
        ' ',
      ),
    );
    expect(result).toMatchObject({ exit: 0 });
    expect(await readFile(file, 'utf8')).toBe('{"mcpServers":{"a":{"command":"one"}}}');
    const written = await readFile(out, 'utf8');
    const { command, args } = (
      JSON.parse(written) as { mcpServers: { a: { command: string; args: string[] } } }
    ).mcpServers.a;
    expect(command).toBe('/usr/local/bin/thoth');
    expect(args).toEqual(
      expect.arrayContaining(['--enforcement-mode', 'shadow', '--session-intent', 'testing', 'A=1']),
    );
    expect(args.slice(-2)).toEqual(['--', 'one']);
    const keyFile = args[args.indexOf('--api-key-file') + 1] ?? '';
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect(written + result.stdout + result.stderr).not.toContain('inline-secret');
  });

  it('edits the file behind a link, and writes none when one of several is broken', async () => {
    const real = await config('dotfiles/mcp.json', '{"mcpServers":{"a":{"command":"one"}}}');
    await mkdir(join(plane.home, '.gemini'), { recursive: true });
    await symlink(real, join(plane.home, '.gemini/settings.json'));
    const broken = await config('.codex/config.toml', '[mcp_servers.a]\ncommand = \n');
    const before = await readFile(real, 'utf8');
    const failed = await plane.run(['mcp-config', 'wrap', '--client', 'gemini', '--client', 'codex']);
    expect(failed.exit).toBe(2);
    expect(failed.stderr).toMatch(/config\.toml:\d:\d+/);
    expect(await readFile(real, 'utf8')).toBe(before);
    await writeFile(broken, '[mcp_servers.a]\ncommand = "one"\n');
    expect(await plane.run(['mcp-config', 'wrap', '--client', 'gemini', '--client', 'codex'])).toMatchObject({
      exit: 0,
    });
    expect(await readFile(real, 'utf8')).toContain('"--mcp"');
    expect(await readFile(broken, 'utf8')).toContain('"--mcp"');
  });

  it.each([
    ['mcp-config wrap nowhere.json', 2],
    ['mcp-config wrap --client windsurf', 6],
    ['mcp-config check x.json --client zed', 2],
    ['mcp-config wrap --env no-value --client cursor', 2],
    ['mcp-config wrap --output x.json', 2],
  ])('%s exits %i', async (line, exit) => {
    const result = await plane.run(line.split(' '));
    expect(result.exit, result.stderr).toBe(exit);
  });

  it('what it wraps is governed even when the client gives it next to no environment', async () => {
    const folder = join(plane.home, 'documents');
    await mkdir(folder);
    await writeFile(join(folder, 'note.txt'), 'hello');
    const file = await config(
      'real.json',
      JSON.stringify({ mcpServers: { files: { command: process.execPath, args: [FILESYSTEM, folder] } } }),
    );
    await plane.run([
      'mcp-config',
      'wrap',
      file,
      '--tenant-id',
      'local',
      '--api-url',
      plane.url,
      '--api-key-file',
      join(plane.home, 'agent.key'),
      '--approved-scope',
      'read_text_file',
    ]);
    const { command, args } = (
      JSON.parse(await readFile(file, 'utf8')) as {
        mcpServers: { files: { command: string; args: string[] } };
      }
    ).mcpServers.files;
    const transport = new StdioClientTransport({
      command,
      args,
      env: { HOME: plane.home },
      stderr: 'ignore',
    });
    const client = new Client({ name: 'minimal', version: '1' });
    await client.connect(transport);
    try {
      const path = join(folder, 'note.txt');
      const read = await client.callTool({ name: 'read_text_file', arguments: { path } });
      expect(JSON.stringify(read)).toContain('hello');
      const written = await client.callTool({ name: 'write_file', arguments: { path, content: 'gone' } });
      expect(written.isError).toBe(true);
      expect(await readFile(path, 'utf8')).toBe('hello');
    } finally {
      await client.close();
    }
  });

  it('a value of run --env reaches the command, and THOTH_ names are refused', async () => {
    const command = [process.execPath, '-e', 'process.stdout.write(process.env.GREETING)'];
    const reach = [
      '--tenant-id',
      'local',
      '--api-url',
      plane.url,
      '--api-key-file',
      join(plane.home, 'agent.key'),
      '--agent-id',
      'a',
    ];
    expect(
      await plane.run(['run', ...reach, '--no-mcp', '--env', 'GREETING=a=b', '--', ...command]),
    ).toMatchObject({ exit: 0, stdout: 'a=b' });
    expect((await plane.run(['run', ...reach, '--env', 'THOTH_API_KEY=x', '--', ...command])).exit).toBe(2);
  });
});
