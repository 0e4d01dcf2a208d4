import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, request } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../support/tls/index.js';
import { client, json, serve } from './server.js';

const folder = mkdtempSync(join(tmpdir(), 'govapi-'));
const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers) close();
  rmSync(folder, { recursive: true, force: true });
});

describe('TLS', () => {
  const cert = LOCALHOST_CERT;

  const secure = async (): Promise<string> => {
    const server = createServer(
      { key: readFileSync(LOCALHOST_KEY), cert: readFileSync(cert) },
      (_request, response) => json(response, 200, { items: [] }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  };

  test.each([false, true])(
    'an unknown authority is refused until --ca-file names it (long-lived: %s)',
    async (longLived) => {
      const url = await secure();
      await expect(client(url, { longLived }).call('listAlerts')).rejects.toMatchObject({
        code: 'network',
        fix: expect.stringContaining('--ca-file'),
      });
      expect(await client(url, { longLived, caFile: cert }).call('listAlerts')).toEqual({ items: [] });
    },
  );

  test('a file without a certificate is refused', async () => {
    const empty = join(folder, 'empty.pem');
    writeFileSync(empty, 'nothing');
    for (const caFile of [empty, join(folder, 'absent.pem')]) {
      await expect(client('https://localhost:1', { caFile }).call('listAlerts')).rejects.toMatchObject({
        exit: 'usage',
      });
    }
  });
});

test.each([false, true])(
  'a proxy of the environment carries requests and streams (long-lived: %s)',
  async (longLived) => {
    const origin = await serve(({ url }, response) => {
      if (!url.includes('stream')) return json(response, 200, { items: [] });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: row\nid: 1\ndata: {"event_id":"e","metadata":{}}\n\nevent: end\ndata: {}\n\n');
    });
    const carried: string[] = [];
    const proxy = createPlain((incoming, response) => {
      carried.push(incoming.url ?? '');
      const path = new URL(incoming.url ?? '').pathname;
      incoming.pipe(
        request({ port: origin.port, path, method: incoming.method, headers: incoming.headers }, (reply) => {
          response.writeHead(reply.statusCode ?? 0, reply.headers);
          reply.pipe(response);
        }),
      );
    });
    proxy.on('connect', (incoming, socket, head) => {
      carried.push(incoming.url ?? '');
      const upstream = connect(origin.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const env = { HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const api = client('http://control.example', { env, longLived, insecureHttp: true });
    expect(await api.call('listAlerts')).toEqual({ items: [] });
    const rows: string[] = [];
    for await (const { cursor } of api.stream('streamViolations', { follow: false })) rows.push(cursor);
    expect(rows).toEqual(['1']);
    expect(carried.length).toBeGreaterThan(0);
    expect(carried.every((target) => target.includes('control.example'))).toBe(true);
  },
);
