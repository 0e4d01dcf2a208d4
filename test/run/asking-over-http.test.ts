import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../server/enforce/data-plane.js';
import { startGovernedServers, type GovernedEndpoint, type GovernedServers } from './governed-server.js';
import { HttpPeer, type Exchange } from './http-peer.js';
import { RemoteServer } from './remote-server.js';

let servers: GovernedServers;
let remote: RemoteServer;
let endpoint: GovernedEndpoint;
beforeAll(async () => {
  servers = await startGovernedServers();
});
afterAll(() => servers.stop());
beforeEach(async () => {
  remote = await RemoteServer.start();
  await servers.letUsersApprove(1);
});
afterEach(async () => {
  await endpoint.stop();
  await remote.stop();
});

/** Longer than the second that the tenant asks for. */
const think = (): Promise<void> => new Promise((done) => setTimeout(done, 1300));
const codeIn = (message: string): string => /type (\d{4})\./.exec(message)?.[1] ?? '';
const isQuestion = (message: Row): boolean => message['method'] === 'elicitation/create';
const kinds = async (): Promise<unknown[]> =>
  (await servers.records(endpoint.sessionId)).map((record) => record['kind']);
const ANSWERED = 'control.approval.self_approve';

/** The question that came on the stream of a call, and the answer a user types to it. */
async function questionOn(call: Exchange): Promise<{ readonly id: unknown; readonly result: Row }> {
  const { id, params } = await call.message(isQuestion);
  const { message = '' } = params as { readonly message?: string };
  return { id, result: { action: 'accept', content: { code: codeIn(message) } } };
}

describe('the official client before a remote server', () => {
  it('asks its user on the stream of the call, which then runs unchanged', async () => {
    endpoint = await servers.listen(remote.url);
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
    const asked: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      asked.push(params.message);
      await think();
      return { action: 'accept', content: { code: codeIn(params.message) } };
    });
    const transport = new StreamableHTTPClientTransport(new URL(endpoint.url));
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    await client.close();
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    expect(asked).toEqual([expect.stringContaining('{"text":"hello"}')]);
    expect(remote.ran).toEqual([{ text: 'hello' }]);
    expect(remote.received.map(({ body }) => body).join()).not.toContain('thoth-ask');
    expect(await kinds()).toEqual(['decision', ANSWERED]);
  });
});

it('a client that ended its session is asked no more in its name', async () => {
  endpoint = await servers.listen(remote.url);
  const peer = await HttpPeer.open(endpoint.url, 'a');
  await peer.end();
  const call = await peer.call('echo', { text: 'x' });
  await call.message((message) => message['method'] === 'notifications/progress');
  await servers.approve(endpoint.sessionId, 'deny');
  expect(await call.reply()).toMatchObject({ result: { isError: true } });
  expect(call.messages.filter(isQuestion)).toEqual([]);
});

describe.each(['remote', 'stdio'])('clients that share an endpoint before a server (%s)', (kind) => {
  const peers = async (...credentials: string[]): Promise<HttpPeer[]> => {
    endpoint = await servers.listen(kind === 'remote' ? remote.url : undefined);
    return Promise.all(credentials.map((each) => HttpPeer.open(endpoint.url, each)));
  };
  const ran = (): number =>
    remote.ran.length + endpoint.seen().filter((line) => line.includes('echo')).length;

  it('answer for nobody else, and each answer counts once', async () => {
    const [owner, other] = (await peers('owner', 'other')) as [HttpPeer, HttpPeer];
    const call = await owner.call('echo', { text: 'x' });
    const answer = await questionOn(call);
    await think();
    for (const impostor of [
      other,
      owner.with({ credential: 'other' }),
      other.with({ credential: 'owner' }),
    ]) {
      expect(await impostor.post(answer)).toMatchObject({ status: 202 });
    }
    expect(await kinds()).toEqual(['decision']);
    expect(ran()).toBe(0);
    expect((await owner.post(answer)).status).toBe(202);
    expect(await call.reply()).not.toHaveProperty('result.isError');
    expect((await owner.post(answer)).status).toBe(202);
    expect(ran()).toBe(1);
    expect(await kinds()).toEqual(['decision', ANSWERED]);
  });

  it('are asked no more once one answered by itself, but the others are', async () => {
    await servers.letUsersApprove(60);
    const [hasty, other] = (await peers('hasty', 'other')) as [HttpPeer, HttpPeer];
    const first = await hasty.call('echo', { text: 'x' });
    await hasty.post(await questionOn(first));
    const second = await hasty.call('echo', { text: 'y' });
    await second.message((message) => message['method'] === 'notifications/progress');
    expect(second.messages.filter(isQuestion)).toEqual([]);
    await questionOn(await other.call('echo', { text: 'z' }));
    expect(ran()).toBe(0);
    expect(await kinds()).toEqual(['decision', 'decision', 'decision']);
  });

  it('are not asked when they read no streams', async () => {
    const [peer] = (await peers('a')) as [HttpPeer];
    const pending = peer.with({ accept: 'application/json' }).call('echo', { text: 'x' });
    await servers.approve(endpoint.sessionId, 'deny');
    const { messages, over } = await pending;
    await over;
    expect(messages).toMatchObject([{ result: { isError: true } }]);
    expect(ran()).toBe(0);
  });
});

describe('clients of the newer protocol that share an endpoint', () => {
  const META = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  };
  const call = async (peer: HttpPeer, more: Row = {}): Promise<Row> => {
    const params = { name: 'echo', arguments: { text: 'x' }, _meta: META, ...more };
    return (await peer.request('tools/call', params)).reply();
  };

  it('cannot bring back the state of another one, nor their own twice', async () => {
    endpoint = await servers.listen();
    const owner = HttpPeer.modern(endpoint.url, 'owner');
    const { result } = (await call(owner)) as { readonly result: Row };
    expect(result).toMatchObject({ resultType: 'input_required' });
    const code = codeIn(JSON.stringify(result['inputRequests']));
    const answer = {
      requestState: result['requestState'],
      inputResponses: { approval: { action: 'accept', content: { code } } },
    };
    await think();
    expect(await call(owner.with({ credential: 'other' }), answer)).toMatchObject({
      error: { code: -32602 },
    });
    expect(await call(owner.with({ credential: undefined }), answer)).toMatchObject({
      error: { code: -32602 },
    });
    expect(endpoint.seen()).toEqual([]);
    expect(await call(owner, answer)).toMatchObject({ result: { content: [{ text: 'ran echo' }] } });
    expect(await call(owner, answer)).toMatchObject({ error: { code: -32602 } });
    expect(endpoint.seen()).toHaveLength(1);
    expect(await kinds()).toEqual(['decision', ANSWERED]);
  });
});
