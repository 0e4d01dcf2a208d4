import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client as NewClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../sdk/scripted-enforcer.js';
import { BuiltFixture, listening, type Listening } from './conformance/built-fixture.js';
import { RemoteServer } from './remote-server.js';
import { scriptedRuns } from './scripted-runs.js';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}';

const runs = scriptedRuns();
let fixture: BuiltFixture;
beforeAll(async () => {
  fixture = await BuiltFixture.build();
});
afterAll(() => fixture.remove());

const options = (url: string, headers: Record<string, string> = {}) =>
  runs.overHttp({ upstream: { url, headers } });

function command(...of: Parameters<typeof options>): { command: string; args: string[] } {
  return { command: process.execPath, args: runs.harness.argv(options(...of), []) };
}

describe('a client on stdio before a remote server', () => {
  it('lists, calls and ends its session', async () => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport(command(runs.remote.url, { authorization: 'Bearer t0ken' })),
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'erase', 'wait']);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    await client.close();
    await until(() => runs.remote.received.some(({ method }) => method === 'DELETE'));
    expect(runs.remote.received.every(({ headers }) => headers.authorization === 'Bearer t0ken')).toBe(true);
    expect(
      runs.remote.received.slice(1).every(({ headers }) => headers['mcp-session-id'] !== undefined),
    ).toBe(true);
  });

  it('gets no further with a refused call than to the policy', async () => {
    runs.enforcer.decide({ decision: 'BLOCK', reason: 'not today' });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StdioClientTransport(command(runs.remote.url)));
    const result = await client.callTool({ name: 'erase', arguments: {} });
    expect(JSON.stringify(result.content)).toContain('not today');
    expect(runs.remote.messages('tools/call')).toEqual([]);
    await client.close();
  });

  it('is told that the server refuses it', async () => {
    runs.remote.script = (_request, response) => void response.writeHead(401).end();
    const client = new Client({ name: 'test', version: '1' });
    await expect(client.connect(new StdioClientTransport(command(runs.remote.url)))).rejects.toThrow(
      'turned the request away with status 401; a credential for it is given with --header',
    );
    await client.close();
  });

  it('gets all answers when its input ends first', async () => {
    const one = runs.start(options(runs.remote.url));
    one.send(
      `${INITIALIZE}\n` +
        '{"jsonrpc":"2.0","method":"notifications/initialized"}\n' +
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"text":"last"}}}\n',
    );
    one.child.stdin.end();
    expect(await one.ended).toBe(0);
    expect(one.lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([1, 2]);
    expect(runs.remote.ran).toEqual([{ text: 'last' }]);
  });
});

describe('a session over stdio with a server on HTTP', () => {
  let server: Listening;
  beforeAll(async () => {
    server = await listening(fixture.http);
  });
  afterAll(() => server.stop());

  async function connected(url: string): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
    await client.connect(new StdioClientTransport(command(url)));
    return client;
  }

  it('carries what the server asks while a call runs', async () => {
    const client = await connected(server.url);
    client.setRequestHandler(ElicitRequestSchema, () => ({
      action: 'accept',
      content: { username: 'ada', email: 'a@b' },
    }));
    const asked = await client.callTool({ name: 'test_elicitation', arguments: { message: 'who?' } });
    expect(JSON.stringify(asked.content)).toContain('ada');
    await client.close();
  });

  it('carries what the server tells before it answers', async () => {
    const one = runs.start(options(server.url));
    one.send(
      `${INITIALIZE}\n` +
        '{"jsonrpc":"2.0","method":"notifications/initialized"}\n' +
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test_tool_with_progress","arguments":{},"_meta":{"progressToken":"p"}}}\n',
    );
    const reply = await one.rawReply(2);
    const told = one.lines.slice(1).map((line) => /"progress":(\d+)/.exec(line)?.[1] ?? line);
    expect(told).toEqual(['0', '50', '100', reply]);
    one.child.stdin.end();
    expect(await one.ended).toBe(0);
  });

  it('goes on after the last event when the server closes the stream of a call', async () => {
    const client = await connected(server.url);
    const result = await client.callTool({ name: 'test_reconnection', arguments: {} });
    expect(JSON.stringify(result.content)).toContain('Answered after the stream was closed.');
    await client.close();
  });

  it('carries what the server says on its own', async () => {
    const client = await connected(runs.remote.url);
    const changed = new Promise((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, resolve),
    );
    await until(() => runs.remote.received.some(({ method }) => method === 'GET'));
    runs.remote.addTool('late');
    await changed;
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('late');
    await client.close();
  });

  it('is opened anew when the server has forgotten it', async () => {
    const client = await connected(runs.remote.url);
    // The last request of a beginning.
    await until(() => runs.remote.received.some(({ method }) => method === 'GET'));
    const before = runs.remote.received.at(-1)?.headers['mcp-session-id'];
    expect(before).toBeDefined();
    await runs.remote.forget();
    const result = await client.callTool({ name: 'echo', arguments: { text: 'still here' } });
    expect(result.content).toEqual([{ type: 'text', text: 'still here' }]);
    expect(runs.remote.ran).toEqual([{ text: 'still here' }]);
    const after = runs.remote.received.findLast(({ body }) => body.includes('tools/call'));
    expect(after?.headers['mcp-session-id']).not.toBe(before);
    await client.close();
  });

  it('passes a cancellation on, and has room for the next call', async () => {
    const client = await connected(runs.remote.url);
    const abort = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: {} }, undefined, { signal: abort.signal });
    await until(() => runs.remote.ran.includes('waiting'));
    abort.abort('enough');
    await expect(call).rejects.toThrow('enough');
    await until(() => runs.remote.ran.includes('cancelled'));
    const { content } = await client.callTool({ name: 'echo', arguments: { text: 'next' } });
    expect(content).toEqual([{ type: 'text', text: 'next' }]);
    await client.close();
  });

  it('answers what is open when the server dies, and what comes after', async () => {
    const client = await connected(runs.remote.url);
    const call = client.callTool({ name: 'wait', arguments: {} });
    await until(() => runs.remote.ran.includes('waiting'));
    await runs.remote.stop();
    const lost = await call;
    expect(lost.isError).toBe(true);
    expect(JSON.stringify(lost.content)).toContain('ended its answer too early');
    const after = await client.callTool({ name: 'echo', arguments: { text: 'x' } });
    expect(JSON.stringify(after.content)).toMatch(
      /could not be reached at 127\.0\.0\.1:\d+ \((?:ECONN|UND_ERR_)\w+\)/u,
    );
    await client.close();
  });

  it('ends at the server when a signal ends the run', async () => {
    const one = runs.start(options(runs.remote.url));
    one.send(`${INITIALIZE}\n`);
    await one.reply(1);
    one.child.kill('SIGTERM');
    expect(await one.ended).toBe(0);
    await until(() => runs.remote.received.some(({ method }) => method === 'DELETE'));
  });

  it('gives no credential to where the server points', async () => {
    const other = await RemoteServer.start();
    runs.remote.script = (_request, response) => void response.writeHead(307, { location: other.url }).end();
    const one = runs.start(options(runs.remote.url, { authorization: 'Bearer t0ken' }));
    one.send(`${INITIALIZE}\n`);
    expect(await one.rawReply(1)).toContain('a redirect, which is not followed');
    one.child.stdin.end();
    await one.ended;
    expect(other.received).toEqual([]);
    await other.stop();
  });
});

describe('a client of the newer protocol on stdio', () => {
  let server: Listening;
  beforeAll(async () => {
    server = await listening(fixture.http);
  });
  afterAll(() => server.stop());

  async function connected(url: string): Promise<NewClient> {
    const versionNegotiation = { mode: { pin: '2026-07-28' } };
    const client = new NewClient({ name: 'test', version: '1' }, { versionNegotiation });
    await client.connect(new NewStdio(command(url)));
    return client;
  }

  it('speaks it with a server on HTTP that does too', async () => {
    const client = await connected(server.url);
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(3);
    const result = await client.callTool({ name: 'test_simple_text', arguments: {} });
    expect(JSON.stringify(result)).toContain('text');
    expect(runs.enforcer.checks.map(({ tool_name }) => tool_name)).toEqual(['test_simple_text']);
    await client.close();
  });

  it('has its headers made from the message, also where the policy changed it', async () => {
    runs.enforcer.decide({ decision: 'MODIFY', modified_tool_args: { region: 'zürich' } });
    const client = await connected(server.url);
    await client.listTools();
    const result = await client.callTool({ name: 'test_header_parameter', arguments: { region: 'bern' } });
    expect(result.content).toEqual([{ type: 'text', text: 'Region: zürich' }]);
    await client.close();
  });

  it('ends without waiting for a subscription', async () => {
    const one = runs.start(options(server.url));
    const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}`;
    one.send(
      `{"jsonrpc":"2.0","id":7,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},${meta}}}\n`,
    );
    await one.untilLines(1);
    expect(one.lines[0]).toContain('notifications/subscriptions/acknowledged');
    one.child.stdin.end();
    expect(await one.ended).toBe(0);
  });
});
