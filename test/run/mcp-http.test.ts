import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, describe, expect, it } from 'vitest';
import { scriptedRuns } from './scripted-runs.js';

const runs = scriptedRuns();
const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.close()));
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  clients.push(client);
  return client;
}

describe('the official client before the official server over HTTP', () => {
  it('lists, calls and ends its session as if there were nothing between', async () => {
    const client = await connect(await runs.front());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'erase', 'wait']);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    await (client.transport as StreamableHTTPClientTransport).terminateSession();
    expect(runs.remote.received.map(({ method }) => method)).toContain('DELETE');
    expect(runs.enforcer.checks[0]).toMatchObject({
      tool_name: 'echo',
      tool_args: { text: 'hello' },
      metadata: { mcp_server_url: runs.remote.url },
    });
  });

  it('never lets the server hear of a refused call', async () => {
    runs.enforcer.decide({ decision: 'BLOCK', reason: 'not today' });
    const client = await connect(await runs.front());
    const result = await client.callTool({ name: 'erase', arguments: {} });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('not today');
    expect(runs.remote.messages('tools/call')).toEqual([]);
  });

  it('runs a changed call with the changed arguments', async () => {
    runs.enforcer.decide({ decision: 'MODIFY', modified_tool_args: { text: 'changed' } });
    const client = await connect(await runs.front());
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'changed' }]);
  });

  it('tells progress of a held call, which runs once it is approved', async () => {
    runs.enforcer.decide({ decision: 'STEP_UP', hold_token: 'h1' });
    let approve = false;
    runs.enforcer.onHold = () => ({
      body: approve ? { resolved: true, decision: 'ALLOW' } : { resolved: false, decision: 'STEP_UP' },
    });
    const client = await connect(await runs.front());
    const messages: (string | undefined)[] = [];
    const result = await client.callTool({ name: 'echo', arguments: { text: 'late' } }, undefined, {
      onprogress: ({ message }) => {
        messages.push(message);
        expect(runs.remote.ran).toEqual([]);
        approve = true;
      },
    });
    expect(result.content).toEqual([{ type: 'text', text: 'late' }]);
    expect(messages[0]).toBe('waiting for approval');
  });
});
