import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { McpHttpOptions } from '../../src/run/mcp-http/index.js';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { RemoteServer } from './remote-server.js';
import { RunHarness, type RunningCommand } from './run-process.js';

let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let remote: RemoteServer;
const running: RunningCommand[] = [];
const clients: Client[] = [];

beforeAll(async () => {
  harness = await RunHarness.create();
});
afterAll(() => harness.remove());
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
  remote = await RemoteServer.start();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.close()));
  for (const each of running.splice(0)) {
    each.child.kill('SIGKILL');
    await each.ended;
  }
  await remote.stop();
  await enforcer.stop();
});

async function front(
  options: Partial<McpHttpOptions> = {},
  governance: McpHttpOptions['governance'] = {},
): Promise<string> {
  const one = harness.start(
    {
      governance: { agentId: 'bot', tenantId: 'acme', apiUrl: enforcer.url, apiKey: 'k', ...governance },
      upstream: { url: remote.url, headers: {} },
      listen: { host: '127.0.0.1', port: 0 },
      allowed: { origins: [], hosts: [] },
      insecureHttp: false,
      ...options,
    },
    [],
  );
  running.push(one);
  return one.address();
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  clients.push(client);
  return client;
}

describe('the official client before the official server over HTTP', () => {
  it('lists, calls and ends its session as if there were nothing between', async () => {
    const client = await connect(await front());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'erase', 'wait']);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    await (client.transport as StreamableHTTPClientTransport).terminateSession();
    expect(remote.received.at(-1)?.method).toBe('DELETE');
    expect(enforcer.checks[0]).toMatchObject({
      tool_name: 'echo',
      tool_args: { text: 'hello' },
      metadata: { mcp_server_url: remote.url },
    });
  });

  it('never lets the server hear of a refused call', async () => {
    enforcer.decide({ decision: 'BLOCK', reason: 'not today' });
    const client = await connect(await front());
    const result = await client.callTool({ name: 'erase', arguments: {} });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('not today');
    expect(remote.messages('tools/call')).toEqual([]);
  });

  it('runs a changed call with the changed arguments', async () => {
    enforcer.decide({ decision: 'MODIFY', modified_tool_args: { text: 'changed' } });
    const client = await connect(await front());
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'changed' }]);
  });

  it('tells progress of a held call, which runs once it is approved', async () => {
    enforcer.decide({ decision: 'STEP_UP', hold_token: 'h1' });
    let approve = false;
    enforcer.onHold = () => ({
      body: approve ? { resolved: true, decision: 'ALLOW' } : { resolved: false, decision: 'STEP_UP' },
    });
    const client = await connect(await front());
    const messages: (string | undefined)[] = [];
    const result = await client.callTool({ name: 'echo', arguments: { text: 'late' } }, undefined, {
      onprogress: ({ message }) => {
        messages.push(message);
        expect(remote.ran).toEqual([]);
        approve = true;
      },
    });
    expect(result.content).toEqual([{ type: 'text', text: 'late' }]);
    expect(messages[0]).toBe('waiting for approval');
  });
});
