import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { Client as NewClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunOptions } from '../../src/run/index.js';
import type { McpHttpOptions } from '../../src/run/mcp-http/index.js';
import { until } from '../sdk/scripted-enforcer.js';
import { BuiltFixture, listening, type Listening } from './conformance/built-fixture.js';
import { scriptedRuns } from './scripted-runs.js';

const runs = scriptedRuns();
let fixture: BuiltFixture;
let server: Listening;
let older: Listening;

beforeAll(async () => {
  fixture = await BuiltFixture.build();
  server = await listening([...fixture.http, 'modern']);
  older = await listening(fixture.http);
});
afterAll(async () => {
  await server.stop();
  await older.stop();
  fixture.remove();
});

const clients: Client[] = [];
const newClients: NewClient[] = [];
afterEach(async () => {
  await Promise.all([...clients.splice(0), ...newClients.splice(0)].map((client) => client.close()));
});

function governance(): Omit<RunOptions, 'command'> {
  return { governance: runs.governance(), mcp: true };
}

const overHttp = (options: Partial<McpHttpOptions>): string[] =>
  runs.harness.argv(runs.overHttp({ mcp: true, ...options }), []);

/** Behind the proxy, a server that speaks nothing but the newer protocol. */
const NEWER: Record<string, () => string[]> = {
  'on stdio': () => runs.harness.argv(governance(), [...fixture.stdio, 'modern']),
  'on HTTP': () => overHttp({ upstream: { url: server.url, headers: {} } }),
};

describe.each(Object.keys(NEWER))('a client of the older protocol before a newer server %s', (place) => {
  async function connected(capabilities: object = {}): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' }, { capabilities });
    clients.push(client);
    const args = NEWER[place]?.() ?? [];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
    return client;
  }

  it('opens a session, lists, reads and calls', async () => {
    const client = await connected();
    expect(client.getServerVersion()).toMatchObject({ name: 'everything-fixture' });
    expect(client.getServerCapabilities()).toMatchObject({ tools: { listChanged: true }, completions: {} });
    await client.ping();
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(10);
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(2);
    const { content } = await client.callTool({ name: 'test_simple_text', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'This is a simple text response for testing.' }]);
    expect(runs.enforcer.checks.map(({ tool_name }) => tool_name)).toEqual(['test_simple_text']);
  });

  it('never lets the server hear of a refused call', async () => {
    runs.enforcer.decide({ decision: 'BLOCK', reason: 'not today' });
    const client = await connected();
    const result = await client.callTool({ name: 'test_simple_text', arguments: {} });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('not today');
  });

  it('is asked what the server needs to know, in one decided call', async () => {
    const client = await connected({ elicitation: {}, sampling: {}, roots: {} });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }));
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home' }] }));
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: 'Paris' },
    }));
    const call = async (what: string) =>
      (await client.callTool({ name: `test_input_required_result_${what}`, arguments: {} })).content;
    expect(await call('elicitation')).toEqual([{ type: 'text', text: 'Hello, Ada!' }]);
    expect(await call('multiple_inputs')).toEqual([{ type: 'text', text: 'Got all three.' }]);
    expect(await call('multi_round')).toEqual([{ type: 'text', text: 'Both steps are done.' }]);
    expect(runs.enforcer.checks).toHaveLength(3);
  });

  it('is not asked what it cannot answer', async () => {
    const client = await connected();
    const call = client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} });
    await expect(call).rejects.toThrow(/elicitation|capabilit/i);
  });

  it('hears what the server tells: logs at its level, and lists that changed', async () => {
    const client = await connected();
    const logs: unknown[] = [];
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void logs.push(params.data),
    );
    let changed = false;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void (changed = true));
    await client.setLoggingLevel('info');
    await client.callTool({ name: 'test_logging_tool', arguments: {} });
    await until(() => logs.length === 1);
    // Over HTTP nothing says when the server has begun to listen for changes.
    while (!changed) await client.callTool({ name: 'test_trigger_tool_change', arguments: {} });
    expect(changed).toBe(true);
  });
});

const INITIALIZE =
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}}';

/** A server that answers each line by `answer(message, line)`, a list of lines. */
function scripted(answer: string): string[] {
  const read = `require('node:readline').createInterface({input:process.stdin}).on('line',(line)=>{for(const each of (${answer})(JSON.parse(line),line))process.stdout.write(each+'\\n')})`;
  return [process.execPath, '-e', read];
}

/** Understands `server/discover` as the newer protocol wants it, and otherwise what `rest` says. */
function newer(rest: string): string[] {
  const discovered = `JSON.stringify({jsonrpc:'2.0',id:m.id,result:{resultType:'complete',supportedVersions:['2026-07-28'],capabilities:{tools:{}}}})`;
  const refused = `JSON.stringify({jsonrpc:'2.0',id:m.id,error:{code:-32601,message:'unknown'}})`;
  return scripted(
    `(m,line)=>m.method==='server/discover'?[${discovered}]:m.method==='initialize'?[${refused}]:(${rest})(m,line)`,
  );
}

/** Behind the proxy, a server whose session has to be opened; it stands for one that knows nothing else. */
const OLDER: Record<string, () => string[]> = {
  'on stdio': () => runs.harness.argv({ ...governance(), serverIsOlder: true }, fixture.stdio),
  'on HTTP': () => overHttp({ upstream: { url: older.url, headers: {} }, serverIsOlder: true }),
};

describe.each(Object.keys(OLDER))('a client of the newer protocol before an older server %s', (place) => {
  async function connected(capabilities: object = {}): Promise<NewClient> {
    const versionNegotiation = { mode: { pin: '2026-07-28' } };
    const client = new NewClient({ name: 'test', version: '1' }, { capabilities, versionNegotiation });
    newClients.push(client);
    const args = OLDER[place]?.() ?? [];
    await client.connect(new NewStdio({ command: process.execPath, args, stderr: 'ignore' }));
    return client;
  }

  it('finds what it offers, lists, reads and calls', async () => {
    const client = await connected();
    expect(client.getServerVersion()).toMatchObject({ name: 'everything-fixture' });
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(10);
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(2);
    const { content } = await client.callTool({ name: 'test_simple_text', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'This is a simple text response for testing.' }]);
    expect(runs.enforcer.checks.map(({ tool_name }) => tool_name)).toEqual(['test_simple_text']);
  });

  it('never lets the server hear of a refused call', async () => {
    runs.enforcer.decide({ decision: 'BLOCK', reason: 'not today' });
    const client = await connected();
    const result = await client.callTool({ name: 'test_simple_text', arguments: {} });
    expect(JSON.stringify(result.content)).toContain('not today');
  });

  it('is asked by the call itself, and every try of it is decided', async () => {
    const client = await connected({ elicitation: { form: {} }, sampling: {} });
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept' as const,
      content: { username: 'ada', email: 'a@b' },
    }));
    const result = await client.callTool({ name: 'test_elicitation', arguments: { message: 'who?' } });
    expect(JSON.stringify(result.content)).toContain('ada');
    expect(runs.enforcer.checks.map(({ tool_name }) => tool_name)).toEqual([
      'test_elicitation',
      'test_elicitation',
    ]);
  });
});

describe('the bytes between two that understand each other', () => {
  it('are the own refusal of a server that is no newer one', async () => {
    const refusal = '{"id":1,  "jsonrpc":"2.0","error":{"code":-32000,"message":"come back later"}}';
    const other = '{"jsonrpc":"2.0","id":"x","error":{"code":-32601,"message":"unknown"}}';
    const one = runs.start(
      governance(),
      scripted(
        `(m)=>m.method==='initialize'?[${JSON.stringify(refusal)}]:[${JSON.stringify(other)}.replace('"x"',JSON.stringify(m.id))]`,
      ),
    );
    one.send(`${INITIALIZE}\n`);
    expect(await one.untilLines(1)).toEqual([refusal]);
    one.child.stdin.end();
    await one.ended;
    expect(one.lines).toEqual([refusal]);
  });

  it('are the refusal too when the server ends over the question what it speaks', async () => {
    const refusal = '{"id":1,"jsonrpc":"2.0","error":{"code":-32000,"message":"no"}}';
    const one = runs.start(
      governance(),
      scripted(`(m)=>m.method==='initialize'?[${JSON.stringify(refusal)}]:process.exit(3)`),
    );
    one.send(`${INITIALIZE}\n`);
    expect(await one.ended).toBe(3);
    expect(one.lines).toEqual([refusal]);
  });

  it("are the server's answer to a client that asks what it speaks, and everything after", async () => {
    const echo = `(m,line)=>['{"jsonrpc":"2.0","id":'+m.id+',"result":{"got":'+JSON.stringify(line)+',"resultType":"complete"}}']`;
    const one = runs.start(governance(), scripted(echo));
    const meta = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';
    const sent = [
      `{"jsonrpc":"2.0",  "id":7,"method":"server/discover","params":{${meta}}}`,
      `{"jsonrpc":"2.0",  "id":8,"method":"tools/list","params":{${meta}}}`,
    ];
    for (const line of sent) one.send(`${line}\n`);
    const got = (await one.untilLines(2)).map(
      (line) => (JSON.parse(line) as { result: { got: string } }).result.got,
    );
    expect(got).toEqual(sent);
    one.child.stdin.end();
    await one.ended;
  });
});

describe('an older client before a newer server', () => {
  const said = (line: string) => JSON.parse(line) as Record<string, unknown>;
  const echo = `(m,line)=>m.id===undefined?[]:[JSON.stringify({jsonrpc:'2.0',id:m.id,result:{resultType:'complete',content:[],got:line}})]`;
  const gotBy = (reply: Record<string, unknown>) => (reply['result'] as { got: string }).got;

  it('has its arguments travel as the bytes they are, with what a session would have said', async () => {
    const one = runs.start(governance(), newer(echo));
    one.send(`${INITIALIZE}\n`);
    await one.reply(1);
    one.send('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    one.send(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","arguments":{"n":12345678901234567890, "s":"\\u00e9"}}}\n',
    );
    expect(gotBy(await one.reply(2))).toBe(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}},"name":"a","arguments":{"n":12345678901234567890, "s":"\\u00e9"}}}',
    );
    expect(runs.enforcer.checks).toHaveLength(1);
    one.child.stdin.end();
    await one.ended;
  });

  it('is told what the other protocol has no more, and its own requests stay its own', async () => {
    const one = runs.start(governance(), newer(echo));
    one.send(`${INITIALIZE}\n`);
    await one.reply(1);
    one.send('{"jsonrpc":"2.0","id":2,"method":"tasks/list"}\n');
    expect(await one.reply(2)).toMatchObject({ error: { code: -32601 } });
    one.send('{"jsonrpc":"2.0","id":"q","method":"prompts/list","params":{}}\n');
    expect(gotBy(await one.reply('q'))).toContain('"params":{"_meta":{');
    one.child.stdin.end();
    await one.ended;
  });

  it('may give up a call about which it is being asked', async () => {
    const ask = `(m,line)=>m.method==='tools/call'&&!m.params.inputResponses?[JSON.stringify({jsonrpc:'2.0',id:m.id,result:{resultType:'input_required',requestState:'s',inputRequests:{who:{method:'elicitation/create',params:{message:'who?'}}}}})]:(${echo})(m,line)`;
    const one = runs.start(governance(), newer(ask));
    one.send(`${INITIALIZE}\n`);
    await one.reply(1);
    one.send('{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","arguments":{}}}\n');
    const question = said((await one.untilLines(2))[1] ?? '');
    expect(question).toMatchObject({ method: 'elicitation/create', params: { message: 'who?' } });
    one.send(
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}\n' +
        `{"jsonrpc":"2.0","id":${JSON.stringify(question['id'])},"result":{"action":"accept"}}\n` +
        '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"a","arguments":{}}}\n',
    );
    const next = said((await one.untilLines(3))[2] ?? '');
    expect(next).toMatchObject({ method: 'elicitation/create' });
    one.send(`{"jsonrpc":"2.0","id":${JSON.stringify(next['id'])},"result":{"action":"decline"}}\n`);
    const tried = said(gotBy(await one.reply(3)));
    expect(tried['params']).toMatchObject({
      requestState: 's',
      inputResponses: { who: { action: 'decline' } },
    });
    expect(one.lines.map((line) => said(line)['id'])).not.toContain(2);
    one.child.stdin.end();
    await one.ended;
  });
});

describe('a newer client before an older server', () => {
  const META =
    '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}},"progressToken":"p"}';
  const older = (rest: string) =>
    scripted(
      `(m,line)=>m.method==='initialize'?[JSON.stringify({jsonrpc:'2.0',id:m.id,result:{protocolVersion:'2025-11-25',serverInfo:{name:'s',version:'1'},capabilities:{tools:{listChanged:true},logging:{},resources:{subscribe:true}}}})]:(${rest})(m,line)`,
    );
  const echo = `(m,line)=>m.id===undefined||m.method===undefined?[]:[JSON.stringify({jsonrpc:'2.0',id:m.id,result:{got:line}})]`;
  const start = (rest: string) => runs.start({ ...governance(), serverIsOlder: true }, older(rest));

  it('loses nothing of a call but what the session has said', async () => {
    const one = start(echo);
    one.send(
      `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","arguments":{"n":12345678901234567890},${META}}}\n`,
    );
    const { result } = await one.reply(2);
    expect(result).toEqual({
      resultType: 'complete',
      got: '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","arguments":{"n":12345678901234567890},"_meta":{"progressToken":"p"}}}',
    });
    one.send(`{"jsonrpc":"2.0","id":3,"method":"resources/list","params":{${META}}}\n`);
    expect((await one.reply(3))['result']).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
    one.child.stdin.end();
    await one.ended;
  });

  it('hears of changes only where it listens, until it stops', async () => {
    const tell = `(m)=>m.method==='tools/call'?['{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}','{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:b"}}',JSON.stringify({jsonrpc:'2.0',id:m.id,result:{content:[]}})]:m.method==='resources/subscribe'?[JSON.stringify({jsonrpc:'2.0',id:m.id,result:{}})]:[]`;
    const one = start(tell);
    const call = (id: number) =>
      one.send(
        `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"a","arguments":{},${META}}}\n`,
      );
    call(2);
    await one.reply(2);
    expect(one.lines).toHaveLength(1);
    one.send(
      `{"jsonrpc":"2.0","id":"l","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["a:b"]},${META}}}\n`,
    );
    call(3);
    await one.reply(3);
    const told = one.lines.slice(1, 4).map((line) => JSON.parse(line) as { method: string; params: object });
    expect(told.map(({ method }) => method)).toEqual([
      'notifications/subscriptions/acknowledged',
      'notifications/tools/list_changed',
      'notifications/resources/updated',
    ]);
    for (const { params } of told)
      expect(params).toMatchObject({ _meta: { 'io.modelcontextprotocol/subscriptionId': 'l' } });
    one.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}}\n');
    call(4);
    await one.reply(4);
    expect(one.lines).toHaveLength(6);
    one.child.stdin.end();
    await one.ended;
  });

  it('comes back with an answer once, and gets the result that came in the meantime', async () => {
    const ask = `(m)=>m.method==='tools/call'?[JSON.stringify({jsonrpc:'2.0',id:'q',method:'elicitation/create',params:{message:'who?'}}),JSON.stringify({jsonrpc:'2.0',id:m.id,result:{content:[],done:true}})]:[]`;
    const one = start(ask);
    one.send(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","arguments":{},${META}}}\n`);
    const { result } = (await one.reply(2)) as { result: { requestState: string; inputRequests: object } };
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { question: { method: 'elicitation/create', params: { message: 'who?' } } },
    });
    const again = (id: number) =>
      one.send(
        `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"a","arguments":{},"requestState":"${result.requestState}","inputResponses":{"question":{"action":"decline"}},${META}}}\n`,
      );
    again(3);
    expect((await one.reply(3))['result']).toMatchObject({ done: true, resultType: 'complete' });
    again(4);
    expect(await one.reply(4)).toMatchObject({ error: { code: -32602 } });
    expect(runs.enforcer.checks).toHaveLength(3);
    one.child.stdin.end();
    await one.ended;
  });

  it('is told the refusal of the server, and of what it cannot speak', async () => {
    const refuse = `(m)=>m.id===undefined?[]:[JSON.stringify({jsonrpc:'2.0',id:m.id,error:{code:-32000,message:'closed'}})]`;
    const one = runs.start({ ...governance(), serverIsOlder: true }, scripted(refuse));
    one.send(`{"jsonrpc":"2.0","id":2,"method":"server/discover","params":{${META}}}\n`);
    expect(await one.reply(2)).toMatchObject({ error: { code: -32000, message: 'closed' } });
    one.send(
      `{"jsonrpc":"2.0","id":3,"method":"server/discover","params":{${META.replace('2026', '2036')}}}\n`,
    );
    expect(await one.reply(3)).toMatchObject({ error: { code: -32022 } });
    one.child.stdin.end();
    await one.ended;
  });

  it('is not bridged when it opens a session itself', async () => {
    const one = start(echo);
    one.send(`${INITIALIZE}\n`);
    await one.reply(1);
    one.send('{"jsonrpc":"2.0",  "id":2,"method":"tools/list"}\n');
    expect((await one.reply(2))['result']).toEqual({
      got: '{"jsonrpc":"2.0",  "id":2,"method":"tools/list"}',
    });
    one.child.stdin.end();
    await one.ended;
  });
});
