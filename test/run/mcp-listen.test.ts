import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuiltFixture } from './conformance/built-fixture.js';
import type { RunningCommand } from './run-process.js';
import { scriptedRuns } from './scripted-runs.js';

// A server on stdio served over HTTP: what HTTP itself asks of a server is the proxy's to answer.
const READS_STREAMS = 'application/json, text/event-stream';

const runs = scriptedRuns();
let fixture: BuiltFixture;
let run: RunningCommand;
let url: string;

beforeAll(async () => {
  fixture = await BuiltFixture.build();
});
afterAll(() => fixture.remove());
beforeEach(() => serve(fixture.stdio));

async function serve(server: readonly string[]): Promise<void> {
  run = runs.start(runs.overHttp({ upstream: undefined }), server);
  url = await run.address();
}

function post(message: object, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  const always = { 'content-type': 'application/json', accept: READS_STREAMS };
  return fetch(url, { method: 'POST', headers: { ...always, ...headers }, body });
}

/** Headers of a session in which this revision was agreed on. */
async function session(version: string): Promise<Record<string, string>> {
  const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const opened = await post({ method: 'initialize', params });
  expect(await opened.json()).toMatchObject({ result: { protocolVersion: version } });
  const own = {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': version,
  };
  await (await post({ id: undefined, method: 'notifications/initialized' }, own)).text();
  return own;
}

const CALL = { method: 'tools/call', params: { name: 'test_reconnection' } };
const ANSWER = 'Answered after the stream was closed.';

describe('in a session', () => {
  it('a client that loses the connection before anything was said goes on by the name it was given first', async () => {
    const own = await session('2025-11-25');
    const response = await post(CALL, own);
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    const [, id = ''] = /^id: (\S+)\nretry: \d+\ndata: \n\n/.exec(Buffer.from(value ?? []).toString()) ?? [];
    expect(id).not.toBe('');
    await reader?.cancel();
    const headers = { ...own, accept: 'text/event-stream', 'last-event-id': id };
    const rest = await (await fetch(url, { headers })).text();
    expect(rest).toContain(ANSWER);
  });

  it('an older client gets a stream of messages alone', async () => {
    const response = await post(CALL, await session('2025-06-18'));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = (await response.text()).trim().split('\n\n');
    expect(events).toHaveLength(1);
    expect(events[0]).toContain(ANSWER);
  });

  it('a client that reads no streams gets a document', async () => {
    const response = await post(CALL, { ...(await session('2025-11-25')), accept: 'application/json' });
    expect(await response.json()).toMatchObject({ id: 1, result: { content: [{ text: ANSWER }] } });
  });

  it('a client that pauses may use its connection again: it is told how long that is kept', async () => {
    const response = await post(CALL, { ...(await session('2025-11-25')), accept: 'application/json' });
    await response.text();
    expect(response.headers.get('keep-alive')).toBe('timeout=65');
  });
});

describe('without sessions', () => {
  const ask = (version: string, method: string): Promise<Response> => {
    const meta = 'io.modelcontextprotocol';
    const _meta = { [`${meta}/protocolVersion`]: version, [`${meta}/clientCapabilities`]: {} };
    const headers = { 'mcp-protocol-version': version, 'mcp-method': method };
    return post({ method, params: { _meta } }, headers);
  };

  it('a revision that the server does not speak is refused, whatever it was asked before', async () => {
    const error = {
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '2999-01-01' },
    };
    for (const method of ['tools/list', 'server/discover']) {
      const served = await ask('2026-07-28', method);
      expect([served.status, await served.json()]).toMatchObject([200, { id: 1, result: {} }]);
      const refused = await ask('2999-01-01', method);
      expect([refused.status, await refused.json()]).toMatchObject([400, { id: 1, error }]);
    }
  });

  it('a request is answered even if the server ends when it is asked for its revisions', async () => {
    await run.kill();
    const touchy = runs.harness.file('touchy.mjs', TOUCHY);
    await serve([process.execPath, touchy]);
    const served = await ask('2999-01-01', 'tools/list');
    expect([served.status, await served.json()]).toMatchObject([200, { id: 1, result: {} }]);
  });
});

const TOUCHY = `
import { createInterface } from 'node:readline';
createInterface(process.stdin).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (method === 'server/discover') process.exit(1);
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
});
`;
