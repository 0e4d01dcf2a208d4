import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LoopbackServer } from '../../src/run/sdk-broker/loopback-server.js';

let server: LoopbackServer;
let open: Socket[];

beforeEach(async () => {
  open = [];
  server = new LoopbackServer((request, response) => {
    request.resume().on('end', () => response.end(`${request.method} ${request.url};`));
  });
  await server.listen();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of open) socket.destroy();
  await server.close();
});

async function client(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  open.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** However it ended. */
function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.resume().once('close', resolve));
}

async function received(socket: Socket, text: string): Promise<string> {
  let all = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    all += String(chunk);
    if (all.includes(text)) return all;
  }
  return all;
}

it('serves requests in whatever pieces they come, the first of all as well', async () => {
  const socket = await client();
  for (const piece of ['GE', 'T /one HTTP/1.1\r\nho', 'st: x\r\n', '\r\nPOST /two HTTP/1.1\r\nhost: x\r\n']) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.write('content-length: 3\r\n\r\nabc');
  const replies = await received(socket, 'POST /two;');
  expect(replies).toContain('GET /one;');
  const second = await client();
  second.write('GET /three HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(await received(second, 'GET /three;')).toContain('200 OK');
});

it('drops what is no HTTP', async () => {
  const socket = await client();
  socket.write('hello?\r\n\r\n');
  await closed(socket);
});

it('cuts silent and kept connections when it is closed', async () => {
  const silent = await client();
  const kept = await client();
  kept.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await received(kept, 'GET /;');
  const cut = Promise.all([silent, kept].map((socket) => closed(socket)));
  await server.close();
  await cut;
});

it('gives a connection a minute for its first request, and one that made it all the time it needs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const silent = await client();
  const dripping = await client();
  const heard = await client();
  heard.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await received(heard, 'GET /;');
  dripping.write('GET / HTTP/1.1\r\n');
  vi.advanceTimersByTime(60_000);
  await Promise.all([silent, dripping].map((socket) => closed(socket)));
  heard.write('GET /again HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(await received(heard, 'GET /again;')).toContain('200 OK');
});
