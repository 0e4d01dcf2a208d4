import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createRequire } from 'node:module';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { RunHarness } from './run-process.js';
import { governanceBy } from './scripted-runs.js';

const SERVER = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/package.json')),
  'dist/index.js',
);

let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let client: Client;
let workspace: string;

beforeAll(async () => {
  harness = await RunHarness.create();
  enforcer = await ScriptedEnforcer.start();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-')));
  writeFileSync(join(workspace, 'note.txt'), 'hello');
  enforcer.onEnforce = ({ body }) => {
    const { tool_name: tool, tool_args: args } = body as { tool_name: string; tool_args: { path: string } };
    if (tool === 'write_file') return { body: { decision: 'BLOCK', reason: 'writing is not approved' } };
    if (tool === 'list_directory') {
      return { body: { decision: 'MODIFY', modified_tool_args: { ...args, path: workspace } } };
    }
    return { body: { decision: 'ALLOW' } };
  };
  const governance = governanceBy(enforcer);
  client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: harness.argv({ governance }, [process.execPath, SERVER, workspace]),
      stderr: 'ignore',
    }),
  );
});
afterAll(async () => {
  await client.close();
  await enforcer.stop();
  harness.remove();
  rmSync(workspace, { recursive: true });
});

describe('the official client with the official filesystem server', () => {
  it('lists the tools of the server', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('write_file');
  });

  it('runs an allowed call', async () => {
    const result = await client.callTool({
      name: 'read_text_file',
      arguments: { path: join(workspace, 'note.txt') },
    });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
  });

  it('does not run a blocked call', async () => {
    const path = join(workspace, 'new.txt');
    const result = await client.callTool({ name: 'write_file', arguments: { path, content: 'x' } });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('writing is not approved');
    expect(existsSync(path)).toBe(false);
  });

  it('runs a changed call with the changed arguments', async () => {
    const result = await client.callTool({ name: 'list_directory', arguments: { path: '/' } });
    expect(JSON.stringify(result.content)).toContain('note.txt');
  });

  it('answers sixteen calls at once, each with its own result', async () => {
    const path = join(workspace, 'note.txt');
    const results = await Promise.all(
      Array.from({ length: 16 }, () => client.callTool({ name: 'read_text_file', arguments: { path } })),
    );
    expect(results.every((result) => JSON.stringify(result.content).includes('hello'))).toBe(true);
  });
});
