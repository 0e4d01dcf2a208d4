import { once } from 'node:events';
import { connect } from 'node:net';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../sdk/scripted-enforcer.js';
import { contractIssues, send, startTestServer, type TestServer } from './running-server.js';

let thoth: TestServer;
beforeAll(async () => {
  thoth = await startTestServer();
});
afterAll(() => thoth.stop());

describe('health', () => {
  it('answers without a credential', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const reply = await send('GET', thoth.server.url + path);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('x-request-id')).toMatch(/^req_/);
      expect(reply.headers.get('server')).toBeNull();
    }
  });
});

describe('credentials', () => {
  it('are required and refused with a conforming body', async () => {
    const reply = await thoth.call('GET', '/thoth/settings', undefined, null);
    expect(reply.status).toBe(401);
    expect(reply.body.error).toBe('unauthorized');
    expect(await contractIssues('getTenantSettings', reply)).toEqual([]);
  });

  it('are refused when two of them differ, taken when they agree', async () => {
    const url = `${thoth.server.url}/local/thoth/settings`;
    const ask = (key: string) =>
      fetch(url, { headers: { authorization: `Bearer ${thoth.adminToken}`, 'x-api-key': key } });
    expect((await ask('thoth_live_other')).status).toBe(401);
    expect((await ask(thoth.adminToken)).status).toBe(200);
  });

  it('of this installation do not open a tenant that is not theirs', async () => {
    const reply = await send(
      'GET',
      `${thoth.server.url}/elsewhere/thoth/settings`,
      undefined,
      thoth.adminToken,
    );
    expect(reply.status).toBe(403);
  });
});

describe('paths and methods', () => {
  it('tells an unknown path from a method that is not served', async () => {
    expect((await thoth.call('GET', '/thoth/nothing')).status).toBe(404);
    const reply = await thoth.call('PATCH', '/thoth/settings');
    expect(reply.status).toBe(405);
    expect(reply.body.error).toBe('method_not_allowed');
    expect(reply.headers.get('allow')).toBe('GET, HEAD, PUT');
  });
});

describe('bodies', () => {
  it('that are not JSON are refused with the place of the fault', async () => {
    const response = await fetch(`${thoth.server.url}/local/thoth/settings`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${thoth.adminToken}` },
      body: '{"webhook":\n  {"enabled": tru}}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_json', details: { line: 2, column: 15 } });
  });

  it('that break the contract are refused naming the member', async () => {
    const reply = await thoth.call('PUT', '/thoth/settings', { webhook: { enabled: 'yes' } });
    expect(reply.status).toBe(400);
    expect(reply.body.details.issues[0].path).toBe('webhook.enabled');
  });

  it('that are missing are refused', async () => {
    expect((await thoth.call('PUT', '/thoth/settings')).status).toBe(400);
  });

  it('that are not UTF-8 are refused', async () => {
    const reply = await fetch(`${thoth.server.url}/local/thoth/settings`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${thoth.adminToken}`, 'content-type': 'application/json' },
      body: Buffer.from('{"custom":"caf\u00e9"}', 'latin1'),
    });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: 'invalid_json' });
  });

  it('of 20 MB are refused by their declared length, unread', async () => {
    const reply = await refusedUpload({ 'content-length': String(20 * 1024 * 1024) }, 1024);
    expect(reply).toMatchObject({ status: 413, error: 'payload_too_large' });
  });

  it('of 20 MB without a declared length are refused by counting', async () => {
    const reply = await refusedUpload({ 'transfer-encoding': 'chunked' }, 20 * 1024 * 1024);
    expect(reply).toMatchObject({ status: 413, error: 'payload_too_large' });
  });

  it('announced as too large with Expect never get the go-ahead', async () => {
    const reply = await rawExchange(
      'PUT /local/thoth/settings HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n' +
        `Authorization: Bearer ${thoth.adminToken}\r\nContent-Length: 20971520\r\n\r\n`,
    );
    expect(reply).toMatch(/^HTTP\/1\.1 413 /);
  });
});

it('answers nonsense on the wire with a plain 400', async () => {
  expect(await rawExchange('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
});

function refusedUpload(
  headers: Record<string, string>,
  bytes: number,
): Promise<{ status: number; error: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${thoth.server.url}/local/thoth/settings`,
      { method: 'PUT', headers: { ...headers, authorization: `Bearer ${thoth.adminToken}` } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, error: JSON.parse(text).error });
          call.destroy();
        });
      },
    );
    call.on('error', reject);
    const part = Buffer.alloc(64 * 1024, ' ');
    for (let sent = 0; sent < bytes; sent += part.length) call.write(part);
    if (headers['transfer-encoding'] !== undefined) call.end();
  });
}

function rawExchange(text: string): Promise<string> {
  const { hostname, port } = new URL(thoth.server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('utf8');
    socket.once('data', (reply: string) => {
      resolve(reply);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('a connection', () => {
  const head = () =>
    `POST /v1/enforce HTTP/1.1\r\nHost: thoth\r\nAuthorization: Bearer ${thoth.adminToken}\r\n`;

  it.each([
    [
      'two ways to say where the body ends',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   '],
    ['a length with a sign', 'Content-Length: +5\r\n\r\n{}   '],
    ['a name that ends in a space', 'Content-Length : 5\r\n\r\n{}   '],
    ['an unknown transfer coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a chunked body that is not the last coding', 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['a line that goes on in the next', 'X-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\n{}'],
    ['lines that end without a return', 'Content-Length: 2\n\n{}'],
  ])('with %s ends with that request, and what follows is no request', async (_what, rest) => {
    const answers = await everythingSaid(`${head()}${rest}GET /healthz HTTP/1.1\r\nHost: thoth\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  });

  it('is cut after a broken request, also when its sender never ends it', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    const { hostname, port } = new URL(thoth.server.url);
    const senders = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
        socket.write('NONSENSE\r\n\r\n');
        socket.resume();
        await once(socket, 'end');
        return socket;
      }),
    );
    // Of each connection one end is the test's own.
    await until(() => sockets() < before + 60);
    for (const socket of senders) socket.destroy();
  });
});

/** What came until the connection ended. */
function everythingSaid(text: string): Promise<string> {
  const { hostname, port } = new URL(thoth.server.url);
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (said += part));
    socket.on('error', () => {});
    socket.on('close', () => resolve(said));
  });
}
