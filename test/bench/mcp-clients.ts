import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { BIN } from './local-server.js';

/** The official client, connected to an echo server on stdio. */
export interface EchoClient {
  /** From the start of the process to the end of the handshake, milliseconds. */
  readonly connectMs: number;
  /** One call; its duration in milliseconds. Rejects when the call was refused or the echo is not what was sent. */
  call(message: string): Promise<number>;
  close(): Promise<void>;
}

type Connect = () => Promise<EchoClient>;

const BARE_PROXY = new URL('bare-proxy.mjs', import.meta.url).pathname;
const ECHO_SERVER = [process.execPath, new URL('echo-mcp-server.mjs', import.meta.url).pathname];

export function directly(env: NodeJS.ProcessEnv): Connect {
  return () => connect(ECHO_SERVER, env);
}

/** The same server as the command of `thothctl run`, decided by the enforcer at the URL. */
export function governed(env: NodeJS.ProcessEnv, apiUrl: string, keyFile: string): Connect {
  const run = ['run', '--mcp', '--agent-id', 'bench', '--approved-scope', 'echo', '--'];
  return () =>
    connect([process.execPath, BIN, ...run, ...ECHO_SERVER], {
      ...env,
      THOTH_API_URL: apiUrl,
      THOTH_API_KEY_FILE: keyFile,
    });
}

/** The same server behind the least that asks the enforcer at the URL. */
export function barelyProxied(env: NodeJS.ProcessEnv, apiUrl: string): Connect {
  return () => connect([process.execPath, BARE_PROXY, ...ECHO_SERVER], { ...env, ENFORCER: apiUrl });
}

async function connect(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<EchoClient> {
  const [command, ...args] = argv;
  const client = new Client({ name: 'bench', version: '1.0.0' });
  const transport = new StdioClientTransport({
    command: String(command),
    args,
    env: Object.fromEntries(
      Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    stderr: 'ignore',
  });
  const begun = performance.now();
  await client.connect(transport);
  return {
    connectMs: performance.now() - begun,
    call: (message) => echo(client, message),
    close: () => client.close(),
  };
}

async function echo(client: Client, message: string): Promise<number> {
  const begun = performance.now();
  const reply = await client.callTool({ name: 'echo', arguments: { message } });
  const elapsed = performance.now() - begun;
  const [content] = Array.isArray(reply.content) ? reply.content : [];
  if (reply.isError === true || content?.text !== message) {
    throw new Error(`no echo: ${JSON.stringify(reply).slice(0, 300)}`);
  }
  return elapsed;
}
