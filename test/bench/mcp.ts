import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, executeKey, startBenchServer } from './local-server.js';
import type { Figure } from './report.js';
import { median } from './timing.js';

const BLOCK = 100;
const BLOCKS = 12;

/** An MCP echo call through the official client, direct and under `thothctl run`, in alternating blocks. */
export async function mcp(): Promise<Figure[]> {
  const server = await startBenchServer();
  const echo = new URL('echo-mcp-server.mjs', import.meta.url).pathname;
  const keyFile = join(server.home, 'key');
  writeFileSync(keyFile, await executeKey(server), { mode: 0o600 });
  const env = Object.fromEntries(
    Object.entries(server.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const direct = await connect([process.execPath, echo], env);
  const governed = await connect(
    [
      process.execPath,
      BIN,
      'run',
      '--mcp',
      '--agent-id',
      'bench',
      '--approved-scope',
      'echo',
      '--',
      process.execPath,
      echo,
    ],
    { ...env, THOTH_API_URL: server.url, THOTH_API_KEY_FILE: keyFile },
  );
  try {
    const times = { direct: [] as number[], governed: [] as number[] };
    for (let block = -2; block < BLOCKS; block++) {
      for (const [name, client] of [
        ['direct', direct],
        ['governed', governed],
      ] as const) {
        for (let call = 0; call < BLOCK; call++) {
          const elapsed = await timeCall(client);
          if (block >= 0) times[name].push(elapsed);
        }
      }
    }
    const added = median(times.governed) - median(times.direct);
    return [
      { section: 'mcp', name: 'echo call, direct, median', value: median(times.direct), unit: 'ms' },
      { section: 'mcp', name: 'echo call, governed, median', value: median(times.governed), unit: 'ms' },
      {
        section: 'mcp',
        name: 'added by governance, median',
        value: added,
        unit: 'ms',
        limit: { atMost: 0.5 },
      },
    ];
  } finally {
    await direct.close();
    await governed.close();
    await server.stop();
  }
}

async function timeCall(client: Client): Promise<number> {
  const started = performance.now();
  const reply = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  const elapsed = performance.now() - started;
  if (reply.isError === true) throw new Error(`refused: ${JSON.stringify(reply.content)}`);
  return elapsed;
}

async function connect(argv: readonly string[], env: Record<string, string>): Promise<Client> {
  const [command, ...args] = argv;
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command: String(command), args, env, stderr: 'ignore' }));
  return client;
}
