import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../server/enforce/data-plane.js';
import { startGovernedServers, type GovernedEndpoint, type GovernedServers } from './governed-server.js';
import { HttpPeer } from './http-peer.js';
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
});
afterEach(async () => {
  await endpoint.stop();
  await remote.stop();
});

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
};
const ask = async (peer: HttpPeer, method: string, params: Row): Promise<Row> =>
  (await peer.request(method, { ...params, _meta: META })).reply();

async function held(peer: HttpPeer, args: Row = {}): Promise<string> {
  const { result } = await ask(peer, 'tools/call', { name: 'echo', arguments: args });
  expect(result).toMatchObject({ resultType: 'task', status: 'working' });
  return String((result as Row)['taskId']);
}
async function until(peer: HttpPeer, taskId: string, status: string): Promise<Row> {
  for (;;) {
    const result = (await ask(peer, 'tasks/get', { taskId }))['result'] as Row;
    if (result['status'] === status) return result;
    expect(result['status']).toBe('working');
    await new Promise((done) => setTimeout(done, 20));
  }
}
const RAN = { content: [{ type: 'text', text: 'ran echo' }] };

/** A remote server of the newer protocol that says this much about each call. */
function answering(type: string, say: (id: unknown) => string, status = 200): void {
  remote.script = ({ body }, response) => {
    const { id } = JSON.parse(body) as Row;
    response.writeHead(status, { 'content-type': type }).end(say(id));
  };
}
const answer = (id: unknown): string => JSON.stringify({ jsonrpc: '2.0', id, result: RAN });
const NOTE = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: {} })}\n\n`;

describe('a held call over HTTP of a client with the tasks extension', () => {
  it('runs once at a server on stdio, and only its client finds the result', async () => {
    endpoint = await servers.listen();
    const peer = HttpPeer.modern(endpoint.url, 'owner');
    const id = await held(peer);
    const other = peer.with({ credential: 'other' });
    // To anybody else it is no task of ours; the server is asked, and knows none.
    expect(await ask(other, 'tasks/get', { taskId: id })).toMatchObject({ result: { method: 'tasks/get' } });
    await ask(other, 'tasks/cancel', { taskId: id });
    await servers.approve(endpoint.sessionId);
    expect(await until(peer, id, 'completed')).toMatchObject({ result: RAN });
    expect(endpoint.seen().filter((line) => line.includes('"tools/call"'))).toHaveLength(1);
  });

  it('is cancelled at the server when its client withdraws it while it runs', async () => {
    endpoint = await servers.listen();
    const peer = HttpPeer.modern(endpoint.url, 'owner');
    const id = await held(peer, { how: 'silent' });
    await servers.approve(endpoint.sessionId);
    const methods = (): unknown[] => endpoint.seen().map((line) => (JSON.parse(line) as Row)['method']);
    while (methods().length < 1) await new Promise((done) => setTimeout(done, 20));
    expect(await ask(peer, 'tasks/cancel', { taskId: id })).toMatchObject({
      result: { resultType: 'complete' },
    });
    await until(peer, id, 'cancelled');
    while (methods().length < 2) await new Promise((done) => setTimeout(done, 20));
    expect(methods()).toEqual(['tools/call', 'notifications/cancelled']);
  });

  it.each<[string, string, (id: unknown) => string]>([
    ['as a document', 'application/json', answer],
    ['on a stream', 'text/event-stream', (id) => `${NOTE}data: ${answer(id)}\n\n`],
  ])('gets the answer of a remote server that comes %s', async (_how, type, say) => {
    answering(type, say);
    endpoint = await servers.listen(remote.url);
    const peer = HttpPeer.modern(endpoint.url, 'owner');
    const id = await held(peer);
    expect(remote.received).toEqual([]);
    await servers.approve(endpoint.sessionId);
    expect(await until(peer, id, 'completed')).toMatchObject({ result: RAN });
    expect(remote.received).toHaveLength(1);
    expect(remote.received[0]?.headers).toMatchObject({ 'mcp-name': 'echo', authorization: 'Bearer owner' });
    expect(remote.received[0]?.body).not.toContain('io.modelcontextprotocol/tasks');
  });

  it.each<[string, string, string, number]>([
    ['ends without an answer', 'text/event-stream', NOTE, 200],
    ['ends where it could be resumed', 'text/event-stream', `id: 1\n${NOTE}`, 200],
    ['is empty', 'application/json', '', 200],
    ['turns it away', 'application/json', '{"error":"unauthorized"}', 401],
    ['answers something else', 'application/json', answer(-1), 200],
  ])('is over when what the server says %s', async (_how, type, said, status) => {
    answering(type, () => said, status);
    endpoint = await servers.listen(remote.url);
    const peer = HttpPeer.modern(endpoint.url, 'owner');
    const id = await held(peer);
    await servers.approve(endpoint.sessionId);
    const { result } = await until(peer, id, 'completed');
    expect(result).toMatchObject({ isError: true, _meta: { 'ai.thoth/source': 'server_gone' } });
  });
});
