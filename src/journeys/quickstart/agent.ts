import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assetFolder } from '../../chunk.js';
import type { Shell } from './shell.js';
import type { Workspace } from './workspace.js';

interface ToolReply {
  readonly refused: boolean;
  readonly text: string;
}

/** An MCP client that believes it talks to a file-system server; `thothctl run` stands in between. */
export interface Agent {
  call(tool: string, args: Record<string, unknown>): Promise<ToolReply>;
  close(): Promise<void>;
}

export const AGENT_ID = 'release-notes-agent';

export async function startAgent(
  shell: Shell,
  workspace: Workspace,
  apiUrl: string,
  keyFile: string,
): Promise<Agent> {
  const [{ Client }, { StdioClientTransport }] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/stdio.js'),
  ]);
  const transport = new StdioClientTransport({
    command: shell.node,
    args: [
      ...shell.entry,
      'run',
      '--mcp',
      '--agent-id',
      AGENT_ID,
      '--',
      process.execPath,
      fileSystemServer(),
      workspace.documents,
    ],
    env: definedOnly({ ...shell.env, THOTH_API_URL: apiUrl, THOTH_API_KEY_FILE: keyFile }),
    stderr: 'ignore',
  });
  const client = new Client({ name: AGENT_ID, version: '1.0.0' });
  await client.connect(transport);
  return {
    call: async (name, args) => {
      const reply = await client.callTool({ name, arguments: args }, undefined, { timeout: 120_000 });
      return { refused: reply.isError === true, text: firstText(reply.content) };
    },
    close: () => client.close(),
  };
}

/** The official file-system server: bundled beside the shipped code, from the package when run from sources. */
function fileSystemServer(): string {
  const shipped = join(assetFolder(), 'mcp-filesystem.mjs');
  if (existsSync(shipped)) return shipped;
  return createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js');
}

function firstText(content: unknown): string {
  if (!Array.isArray(content)) return '';
  for (const block of content as unknown[]) {
    if (typeof block === 'object' && block !== null && 'text' in block && typeof block.text === 'string')
      return block.text;
  }
  return '';
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
