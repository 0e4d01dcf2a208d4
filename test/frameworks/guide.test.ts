import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Json } from '../sdk/scripted-enforcer.js';
import { THREE, useRig } from './rig.js';

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/guides/frameworks.md'), 'utf8');
const examples = new Map(
  [...guide.matchAll(/<!-- run: ([\w-]+) -->\n```js\n([\s\S]*?)```/gu)].map(([, name, code]) => [
    name ?? '',
    code ?? '',
  ]),
);
const rig = useRig();

const work = mkdtempSync(join(tmpdir(), 'thothctl-guide-'));
mkdirSync(join(work, 'node_modules'));
symlinkSync(root, join(work, 'node_modules/thothctl'));
for (const name of [
  '@ai-sdk',
  '@anthropic-ai',
  '@langchain',
  '@modelcontextprotocol',
  '@openai',
  'ai',
  'openai',
  'zod',
]) {
  symlinkSync(join(root, 'node_modules', name), join(work, 'node_modules', name));
}
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Runs an example as its reader would, in a project of its own. */
async function run(name: string): Promise<string> {
  const file = join(work, `${name}.mjs`);
  writeFileSync(file, examples.get(name) ?? '');
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    cwd: work,
    timeout: 60_000,
    env: {
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      HOME: work,
      THOTH_API_URL: rig.enforcer.url,
      THOTH_API_KEY: 'thoth_test_key',
      THOTH_TENANT_ID: 'acme',
      THOTH_AGENT_ID: 'billing-bot',
      THOTH_APPROVED_SCOPE: 'transfer',
      ANTHROPIC_BASE_URL: rig.model.url,
      ANTHROPIC_API_KEY: 'none',
      OPENAI_BASE_URL: `${rig.model.url}/v1`,
      OPENAI_API_KEY: 'none',
      OPENAI_AGENTS_DISABLE_TRACING: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      ENABLE_TOOL_SEARCH: 'false',
    },
  });
  return stdout;
}

describe('the guide to frameworks', () => {
  it.each(['anthropic', 'openai', 'openai-agents', 'langgraph', 'vercel-ai', 'claude-agent'])(
    'has an example for %s that runs',
    async (name) => {
      const tool = name === 'claude-agent' ? 'mcp__bank__transfer' : 'transfer';
      rig.model.turns = [THREE.map(({ args }) => ({ name: tool, args }))];
      const stdout = await run(name);
      expect(stdout).toMatch(/^sending 20\nsending 50\n/);
      expect(stdout).toMatch(/done: .*sent 20 to ann.*sent 50 to ann.*Thoth blocked tool '\w+': too much/s);
      expect(rig.checks().map(([asked]) => asked)).toEqual([tool, tool, tool]);
    },
  );

  it('has an example for an MCP client that runs', async () => {
    rig.enforcer.onEnforce = ({ body }) => ({
      body: {
        decision: (body as Json)['tool_name'] === 'write_file' ? 'BLOCK' : 'ALLOW',
        reason: 'read only',
      },
    });
    const stdout = await run('mcp-client');
    expect(stdout).toContain('[DIR] node_modules');
    expect(stdout).toContain("Thoth blocked tool 'write_file': read only");
    expect(existsSync(join(work, 'owned'))).toBe(false);
    expect(rig.checks()).toHaveLength(2);
  });

  it('names the versions that are tested', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const named = [...guide.matchAll(/`([@\w/-]+)` (\d+\.\d+\.\d+)/gu)];
    expect(named.length).toBeGreaterThan(6);
    for (const [, name = '', version] of named) expect(devDependencies[name], name).toBe(version);
  });
});
