import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { withClient1, withClient2 } from './official-clients.js';
import { governanceBy } from './scripted-runs.js';
import { RunHarness, type RunningCommand } from './run-process.js';

// More was said while a client was away than is kept for it. Nobody may wait for what will not come.
let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let run: RunningCommand;
let url: string;

beforeAll(async () => {
  harness = await RunHarness.create();
});
afterAll(() => harness.remove());
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
  const governance = governanceBy(enforcer);
  const options = { governance, allowed: { origins: [], hosts: [] }, insecureHttp: false };
  run = harness.start(options, [process.execPath, harness.file('talker.mjs', TALKER)]);
  url = await run.address();
});
afterEach(async () => {
  run.child.kill('SIGTERM');
  await run.ended;
  await enforcer.stop();
});

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly result?: { readonly content: readonly { readonly text: string }[]; readonly isError?: boolean };
  readonly params?: { readonly level?: string; readonly data?: string };
}

/** A client that says just what a test wants. */
class RawClient {
  #ids = 0;
  #headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };

  static async open(): Promise<RawClient> {
    const client = new RawClient();
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const opened = await client.post({ id: 0, method: 'initialize', params });
    await opened.text();
    const session = opened.headers.get('mcp-session-id') ?? '';
    client.#headers = {
      ...client.#headers,
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-11-25',
    };
    await (await client.post({ method: 'notifications/initialized' })).text();
    return client;
  }

  post(message: object, accept = this.#headers['accept']): Promise<Response> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    return fetch(url, { method: 'POST', headers: { ...this.#headers, accept: accept ?? '' }, body });
  }

  request(method: string, name?: string, accept?: string): Promise<Response> {
    this.#ids += 1;
    return this.post({ id: this.#ids, method, params: name === undefined ? {} : { name } }, accept);
  }

  /** Text that a call is answered with, in a document: no message of the server on its own goes along with it. */
  async call(name: string): Promise<string | undefined> {
    const answered = await this.request('tools/call', name, 'application/json');
    return ((await answered.json()) as Message).result?.content[0]?.text;
  }

  /** Has the server say more than is kept. */
  async flooded(name: string): Promise<void> {
    await this.call(name);
    // What was said before the answer to this has been taken.
    await this.call('echo');
  }

  /** Loses the connection as soon as the stream has a name; gives that. */
  async loses(method: string, name?: string): Promise<string> {
    const reader = (await this.request(method, name)).body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    return eventName(value);
  }

  resume(id: string): Promise<Response> {
    return fetch(url, { headers: { ...this.#headers, accept: 'text/event-stream', 'last-event-id': id } });
  }

  /** The first messages of a stream that does not end. */
  async first(count: number, id: string): Promise<Message[]> {
    const reader = (await this.resume(id)).body?.getReader();
    let text = '';
    while (reader !== undefined && messagesIn(text).length < count) {
      const { value, done } = await reader.read();
      if (done) break;
      text += Buffer.from(value).toString();
    }
    await reader?.cancel();
    return messagesIn(text).slice(0, count);
  }
}

/** The name of the first event of these bytes. */
function eventName(bytes: Uint8Array = new Uint8Array()): string {
  return /^id: (\S+)$/m.exec(Buffer.from(bytes).toString())?.[1] ?? '';
}

function messagesIn(text: string): Message[] {
  const events = text.split('\n\n').slice(0, -1);
  const data = events.map((event) => /^data: (.+)$/m.exec(event)?.[1]).filter((each) => each !== undefined);
  return data.map((each) => JSON.parse(each) as Message);
}

describe('a client that comes back too late', () => {
  it('for the answer to its call is told that the call ran', async () => {
    const client = await RawClient.open();
    const name = await client.loses('tools/call', 'wait');
    await client.flooded('release');
    const messages = messagesIn(await (await client.resume(name)).text());
    expect(messages).toMatchObject([
      { id: 1, result: { isError: true, _meta: { 'ai.thoth/source': 'answer_not_kept' } } },
    ]);
    expect(messages[0]?.result?.content[0]?.text).toContain('The call did run');
  });

  it('for the answer to another request gets an error under its id', async () => {
    const client = await RawClient.open();
    const name = await client.loses('prompts/list');
    await client.flooded('release');
    const messages = messagesIn(await (await client.resume(name)).text());
    expect(messages).toMatchObject([
      { id: 1, error: { message: expect.stringContaining('send the request') } },
    ]);
  });

  it('is told so as often as it comes', async () => {
    const client = await RawClient.open();
    const name = await client.loses('tools/call', 'wait');
    await client.flooded('release');
    const [once, again] = [await client.resume(name), await client.resume(name)];
    expect(await again.text()).toBe(await once.text());
  });

  it('finds every answer of many calls whose connections were lost together', async () => {
    const client = await RawClient.open();
    const names = await Promise.all(Array.from({ length: 100 }, () => client.loses('tools/call', 'wait')));
    await client.call('answer');
    const replies = await Promise.all(names.map(async (name) => (await client.resume(name)).text()));
    const ids = replies.map((text) => messagesIn(text).at(-1)?.id);
    expect(ids.toSorted((one, other) => Number(one) - Number(other))).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    expect(replies.join('')).not.toContain('answer_not_kept');
  });

  it('for what the server said on its own hears which lists have changed, and that messages are missing', async () => {
    const client = await RawClient.open();
    await client.flooded('spill');
    const messages = await client.first(3, '0.0');
    expect(messages.map(({ method }) => method)).toEqual([
      'notifications/tools/list_changed',
      'notifications/message',
      'notifications/message',
    ]);
    expect(messages[1]?.params).toMatchObject({ level: 'warning', logger: 'thothctl' });
    expect(messages[1]?.params?.data).toMatch(
      /^\d+ messages of the server came while the connection was broken/,
    );
    expect(messages[2]?.params?.data).toHaveLength(1024 * 1024);
  });

  it.each(['0.9999', '1.0.0', '99.0', '-1.0', '0.', 'x', '0.00000000000000000000000001', '%00'])(
    'with the name of an event that never was, %s, is turned away',
    async (name) => {
      const client = await RawClient.open();
      const response = await client.resume(name);
      expect([response.status, await response.text()]).toEqual([404, '']);
      expect(await client.call('echo')).toBe('echo');
    },
  );
});

describe('a server whose question nobody will read', () => {
  it('is told so once', async () => {
    const client = await RawClient.open();
    await client.flooded('ask');
    expect(await client.call('told')).toMatch(/^\["the client was not connected to be asked"\]$/);
  });

  it('is not told so when the client has answered', async () => {
    const client = await RawClient.open();
    await client.call('question');
    // Its question has been taken by now.
    await client.call('echo');
    await (await client.post({ id: 'q', result: { action: 'decline' } })).text();
    await client.flooded('release');
    expect(await client.call('told')).toBe('["decline"]');
  });
});

describe('the official client, back too late', () => {
  /** Loses the stream of the first call after its first bytes, and is kept from coming back to it until it may. */
  function broken(mayReturn: Promise<void>): { fetch: typeof fetch; lost: Promise<void> } {
    let lose: () => void;
    const lost = new Promise<void>((resolve) => (lose = resolve));
    let name = '';
    return {
      lost,
      fetch: async (input, init) => {
        if (new Headers(init?.headers).get('last-event-id') === name) await mayReturn;
        const response = await fetch(input, init);
        if (typeof init?.body !== 'string' || !init.body.includes('"wait"')) return response;
        const reader = response.body?.getReader();
        const { value } = (await reader?.read()) ?? {};
        name = eventName(value);
        await reader?.cancel();
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(value);
            controller.close();
            lose();
          },
        });
        return new Response(body, response);
      },
    };
  }

  const TOLD = { isError: true, content: [{ text: expect.stringContaining('no longer kept') }] };

  /** What the two generations of it have in common here. */
  interface AnyClient {
    callTool(call: { name: string }): Promise<unknown>;
  }
  type Connect = (
    fetch: typeof globalThis.fetch,
    work: (client: AnyClient) => Promise<void>,
  ) => Promise<void>;
  const first: Connect = (fetch, work) => withClient1(new Http1(new URL(url), { fetch }), work);
  const second: Connect = (fetch, work) => withClient2(new Http2(new URL(url), { fetch }), 'legacy', work);

  it.each([
    ['first', first],
    ['second', second],
  ])('of the %s generation has its call settled', async (_generation, connect) => {
    let back: () => void = () => undefined;
    const { fetch, lost } = broken(new Promise((resolve) => (back = resolve)));
    await connect(fetch, async (client) => {
      const waiting = client.callTool({ name: 'wait' });
      await lost;
      await client.callTool({ name: 'release' });
      await client.callTool({ name: 'echo' });
      back();
      expect(await waiting).toMatchObject(TOLD);
    });
  });
});

// `wait` is answered by the next call: `release` says more besides than is kept, `answer` does not.
const TALKER = `
import { createInterface } from 'node:readline';
const MIB = 'x'.repeat(1024 * 1024);
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const text = (id, text) => say({ id, result: { content: [{ type: 'text', text }] } });
const flood = () => {
  for (let each = 0; each < 10; each += 1) {
    say({ method: 'notifications/message', params: { level: 'info', data: MIB } });
  }
};
const ask = () => say({ id: 'q', method: 'elicitation/create', params: { message: '?', requestedSchema: {} } });
const waiting = [];
const told = [];
let wantsTold;
const tell = () => {
  if (wantsTold === undefined || told.length === 0) return;
  text(wantsTold, JSON.stringify(told));
  wantsTold = undefined;
};
createInterface(process.stdin).on('line', (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method === undefined) {
    told.push(error === undefined ? result.action : error.message);
    return tell();
  }
  if (method === 'initialize') {
    const { protocolVersion } = params;
    const capabilities = { tools: { listChanged: true }, logging: {} };
    return say({ id, result: { protocolVersion, capabilities, serverInfo: { name: 'talker', version: '1' } } });
  }
  if (id === undefined) return;
  if (method === 'server/discover') return say({ id, error: { code: -32601, message: 'unknown' } });
  if (method === 'tools/list') return say({ id, result: { tools: [] } });
  const name = params.name ?? 'wait';
  if (name === 'wait') return waiting.push(id);
  if (name === 'told') {
    wantsTold = id;
    return tell();
  }
  for (const each of waiting.splice(0)) text(each, 'late '.repeat(1000));
  text(id, name);
  if (name === 'spill') say({ method: 'notifications/tools/list_changed' });
  if (name === 'ask' || name === 'question') ask();
  if (['release', 'spill', 'ask'].includes(name)) flood();
});
`;
