import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './running-server.js';

let thoth: TestServer;
beforeAll(async () => {
  thoth = await startTestServer();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const TENANT = '/local/thoth';
/** These differ from answer to answer, or describe a body that HEAD does not get. */
const OWN = /^(date|x-request-id|connection|keep-alive|transfer-encoding):/i;

it.each([
  ['a resource', `${TENANT}/settings`, 200],
  ['a list with a query', `${TENANT}/violations?limit=1`, 200],
  ['a query that breaks the contract', `${TENANT}/violations?limit=none`, 400],
  ['an object that is not there', `${TENANT}/fleets/nobody`, 404],
  ['a path that is not there', `${TENANT}/nothing`, 404],
  ['another tenant', '/elsewhere/thoth/settings', 403],
  ['a hold of the data plane', '/v1/enforce/hold/nobody', 404],
  ['a statement that is a file', `${TENANT}/x/billing/artifacts/2020/1/csv`, 404],
  ['health', '/healthz', 200],
  ['readiness', '/readyz', 200],
])('HEAD of %s has the headers of GET and no body', async (_name, path, status) => {
  const [head = '', get = '', body = ''] = (
    await exchange(request('HEAD', path, 'keep-alive') + request('GET', path, 'close'))
  ).split('\r\n\r\n');
  // The next answer follows at once: a body would stand before its status line.
  expect(get).toMatch(/^HTTP\/1\.1 /);
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(shared(head)).toEqual(shared(get));
  expect(body).not.toBe('');
  expect(head.toLowerCase()).toContain(`\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`);
});

it('HEAD needs the credential that GET needs', async () => {
  const anonymous = request('HEAD', `${TENANT}/settings`, 'close').replace(/^Authorization.*\r\n/m, '');
  expect(await exchange(anonymous)).toMatch(
    /^HTTP\/1\.1 401 [^]*\r\nwww-authenticate: Bearer\r\n[^]*\r\n\r\n$/,
  );
});

it('HEAD of a path without GET is refused', async () => {
  const refused = await exchange(request('HEAD', `${TENANT}/policies/sync`, 'close'));
  expect(refused).toMatch(/^HTTP\/1\.1 405 [^]*\r\nallow: POST\r\n[^]*\r\n\r\n$/);
});

it('HEAD of a stream says whether it would open, and ends', async () => {
  const stream = `${TENANT}/x/stream/feed`;
  const head = await exchange(request('HEAD', stream, 'keep-alive'));
  expect(head).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n$/);
  const [opened = ''] = (await exchange(request('GET', `${stream}?follow=false`, 'close'))).split('\r\n\r\n');
  expect(shared(head.trimEnd())).toEqual(shared(opened));
  const ahead = await exchange(request('HEAD', `${stream}?cursor=999999`, 'close'));
  expect(ahead).toMatch(/^HTTP\/1\.1 400 [^]*\r\n\r\n$/);
});

function request(method: string, path: string, connection: string): string {
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${thoth.adminToken}\r\nConnection: ${connection}\r\n\r\n`;
}

function shared(head: string): string[] {
  return head.split('\r\n').filter((line) => !OWN.test(line));
}

/** Everything the server sends until it closes the connection. */
function exchange(text: string): Promise<string> {
  const { hostname, port } = new URL(thoth.server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (received += part));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
}
