import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bridgeStdio } from '../../src/run/mcp-http/bridge-stdio.js';
import { RequestRoom } from '../../src/run/mcp-http/request-room.js';
import { Upstream } from '../../src/run/mcp-http/upstream.js';
import { until } from '../sdk/scripted-enforcer.js';
import { fuzzedGovernance } from './fuzz/enforcement.js';
import { Flood, Stopped } from './fuzz/floods.js';
import { front, type Front } from './fuzz/http-front.js';

const MIB = 1024 * 1024;
const PATIENCE = 60_000;

const fuzzed = fuzzedGovernance();
let server: Server;
let serve: (request: IncomingMessage, response: ServerResponse) => void;
let proxy: Front;
const sockets: Socket[] = [];
beforeEach(async () => {
  server = createServer((request, response) => serve(request.resume(), response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function open(room?: RequestRoom): Promise<void> {
  const { port } = server.address() as AddressInfo;
  proxy = await front(`http://127.0.0.1:${port}/mcp`, fuzzed.governance(), room);
}

/** A connection on which nothing is read until somebody listens. */
function dial(): Socket {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

function post(body: string, length = Buffer.byteLength(body)): string {
  const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nContent-Type: application/json\r\n`;
  return `${head}Accept: application/json, text/event-stream\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** The status of the first response on a connection; undefined while there is none. */
function statusOf(socket: Socket): () => number | undefined {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  return () => (text.startsWith('HTTP/1.1 ') ? Number(text.slice(9, 12)) : undefined);
}

async function statusFor(body: string): Promise<number> {
  const socket = dial();
  const status = statusOf(socket);
  socket.write(post(body));
  await until(() => status() !== undefined, PATIENCE);
  socket.destroy();
  return status() ?? 0;
}

/** Settles once a number grows no more; a machine so slow that it only seems so makes the test weaker, not red. */
async function atRest(count: () => number): Promise<number> {
  for (let last = -1; last !== count() || last === 0;) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return count();
}

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
/** Its answer is as long. */
const call = `{"jsonrpc":"2.0","id":"${'x'.repeat(12_000)}","method":"tools/call","params":{"name":"block"}}`;

describe('a flood on HTTP', () => {
  it(
    'of events stops at the server when the client does not read, and goes on when it does',
    async () => {
      const event = `data: {"jsonrpc":"2.0","method":"notifications/message","params":"${'x'.repeat(16_000)}"}\n\n`;
      const most = 6000;
      let written = 0;
      serve = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const fill = (): void => {
          while (written < most) {
            written += 1;
            if (!response.write(event)) return void response.once('drain', fill);
          }
          response.end();
        };
        fill();
      };
      await open();
      const client = dial();
      client.write(post(ping));
      expect((await atRest(() => written)) * event.length).toBeLessThan(48 * MIB);
      let heard = 0;
      client.on('data', (chunk: Buffer) => (heard += chunk.length));
      // What frames the events stands beside them.
      await until(() => heard > most * event.length && written === most, PATIENCE);
    },
    2 * PATIENCE,
  );

  it(
    'of calls on one connection stops at the client when it reads no answers; each call has one',
    async () => {
      await open();
      const client = dial();
      const one = post(call);
      let sent = 0;
      const most = 2000;
      const fill = (): void => {
        while (sent < most) {
          sent += 1;
          if (!client.write(one)) return void client.once('drain', fill);
        }
      };
      fill();
      await atRest(() => fuzzed.enforcer.checks.length);
      expect(fuzzed.enforcer.checks.length).toBeLessThan(most);
      let text = '';
      client.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      await until(() => text.split('HTTP/1.1 200').length - 1 === most, PATIENCE);
    },
    2 * PATIENCE,
  );

  it(
    'of bodies is turned away where the room for all ends, until there is some again',
    async () => {
      serve = (_request, response) => response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
      const room = new RequestRoom(MIB);
      await open(room);
      const long = `{"jsonrpc":"2.0","id":1,"method":"ping","params":"${'x'.repeat(300_000)}"}`;
      const greedy = dial();
      greedy.write(post('x'.repeat(800_000), 900_000));
      await until(() => room.left < 200_000, PATIENCE);
      expect(await statusFor(long)).toBe(503);
      greedy.destroy();
      await until(() => room.left === MIB, PATIENCE);
      expect(await statusFor(long)).toBe(200);
    },
    2 * PATIENCE,
  );

  it(
    'of requests that the server leaves open is turned away too',
    async () => {
      let left = 0;
      serve = () => (left += 1);
      await open(new RequestRoom(4 * 65_536 + 1000));
      const waiting = [1, 2, 3, 4].map(() => {
        const socket = dial();
        socket.write(post(ping));
        return socket;
      });
      await until(() => left === 4, PATIENCE);
      expect(await statusFor(ping)).toBe(503);
      waiting[0]?.destroy();
      serve = (_request, response) => response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
      let status = 503;
      while (status === 503) status = await statusFor(ping);
      expect(status).toBe(200);
    },
    2 * PATIENCE,
  );
});

describe('a server on stdio, served over HTTP', () => {
  async function served(script: string, ...args: string[]): Promise<void> {
    const program = [process.execPath, '-e', script, ...args] as const;
    proxy = await front(program, fuzzed.governance());
  }

  it(
    'that reads no more is sent no more',
    async () => {
      await served(`setInterval(() => undefined, 1e6); process.stdin.once('data', () => {
      process.stdin.pause();
      console.log('{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{}}}');
    })`);
      const opening = await fetch(`http://127.0.0.1:${proxy.port}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}',
      });
      const session = { 'mcp-session-id': opening.headers.get('mcp-session-id') ?? '' };
      await opening.text();
      const params = `"params":{"pad":"${'x'.repeat(MIB)}"`;
      let status = 202;
      let sent = 0;
      for (; status === 202; sent += 1) {
        const response = await fetch(`http://127.0.0.1:${proxy.port}/mcp`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            ...session,
          },
          body: `{"jsonrpc":"2.0","method":"notifications/x",${params}}}`,
        });
        await response.text();
        ({ status } = response);
      }
      expect(status).toBe(503);
      expect(sent).toBeLessThan(32);
    },
    2 * PATIENCE,
  );

  it(
    'that floods a request whose client does not read is told to end it',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'thothctl-flood-'));
      const told = join(folder, 'told');
      await served(
        `let go = false;
      process.stdin.on('data', (chunk) => {
        if (String(chunk).includes('cancelled')) { go = false; require('node:fs').writeFileSync(process.argv[1], ''); }
        else if (String(chunk).includes('"tools/list"')) { go = true; flood(String(chunk)); }
      });
      function flood(chunk) {
        const token = /"progressToken":(\\d+)/.exec(chunk)[1];
        const line = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":' + token + ',"progress":1,"message":"' + 'x'.repeat(60000) + '"}}';
        const more = () => { if (!go) return; process.stdout.write(line + '\\n', () => setImmediate(more)); };
        more();
      }`,
        told,
      );
      const meta = `"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}`;
      const ask = `{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{${meta},"progressToken":"t"}}}`;
      const client = dial();
      const head = 'MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n';
      client.write(post(ask).replace('Accept:', `${head}Accept:`));
      await until(() => existsSync(told), PATIENCE);
      await rm(folder, { recursive: true });
    },
    2 * PATIENCE,
  );
});

describe('a client on stdio before a server on HTTP', () => {
  it(
    'is read no more once what it tells is not taken',
    async () => {
      serve = () => undefined;
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/mcp`;
      proxy = await front(url, fuzzed.governance());
      const upstream = await Upstream.open({ url, headers: {}, insecureHttp: false });
      const stdin = new Flood(
        (nth) => `{"jsonrpc":"2.0","method":"notifications/x","params":{"nth":${nth}}}`,
      );
      let stop: (status: { code: number }) => void = () => undefined;
      const stopped = new Promise<{ code: number }>((resolve) => (stop = resolve));
      const run = bridgeStdio(fuzzed.governance(), upstream, { stdin, stdout: new Stopped() }, stopped);
      await until(() => stdin.isPaused(), PATIENCE);
      stop({ code: 0 });
      expect(await run).toEqual({ code: 0 });
      await upstream.close();
    },
    PATIENCE,
  );
});
