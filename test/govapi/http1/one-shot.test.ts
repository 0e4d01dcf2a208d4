import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OneShotTransport } from '../../../src/govapi/one-shot.js';
import type { HttpRequest } from '../../../src/govapi/transport.js';
import { RawServer } from './raw-server.js';

let server: RawServer | undefined;
const transport = new OneShotTransport(undefined);
afterEach(async () => {
  await transport.close();
  await server?.stop();
});

async function serve(answer: (socket: Socket, text: string) => void): Promise<RawServer> {
  server = await RawServer.start(answer);
  return server;
}

const answering = (reply: string) =>
  serve((socket) => {
    socket.write(reply, 'latin1');
  });

function request(url: URL, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, headers: { accept: 'a/b' }, timeoutMs: 20_000, once: false, ...more };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('what is sent', () => {
  it('is a request with its body, byte for byte', async () => {
    const { url } = await answering(OK);
    const headers = { 'content-type': 'text/plain' };
    await transport.send(request(url, { method: 'POST', headers, body: 'é\r\n', once: true }));
    expect(server?.received).toBe(
      `POST /a?b=c HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: text/plain\r\ncontent-length: 4\r\nconnection: close\r\n\r\n\u00c3\u00a9\r\n`,
    );
  });

  it.each<Record<string, string>>([
    { 'x-name': 'a\r\nx-other: b' },
    { 'x: y\r\nx-name': 'a' },
    { 'x-name': 'a\0' },
  ])('is nothing when a header could be read as another, %j', async (headers) => {
    const { url } = await answering(OK);
    await expect(transport.send(request(url, { headers }))).rejects.toMatchObject({ exit: 'usage' });
    expect(server?.received).toBe('');
  });
});

describe('a reply', () => {
  it.each([
    ['of a known length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a:\t2 \r\n\r\nok'],
    [
      'in chunks',
      'HTTP/1.1 200 \r\ntransfer-encoding: Chunked\r\nx-a: 1, 2\r\n\r\n1;a=b\r\no\r\n01 \r\nk\r\n0\r\nt: 1\r\n\r\n',
    ],
    [
      'after announcements',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nx-a: 1, 2\r\nContent-Length: 2\r\n\r\nok`,
    ],
  ])('%s is read, however it is cut', async (_name, reply) => {
    const { url } = await serve((socket) => void bytewise(socket, reply));
    const { status, headers, text } = await transport.send(request(url));
    expect([status, headers['x-a'], text]).toEqual([200, '1, 2', 'ok']);
  });

  it('that ends with its connection is read to the end', async () => {
    const { url } = await serve((socket) => socket.end('HTTP/1.0 418 I\r\n\r\nall of it'));
    expect(await transport.send(request(url))).toEqual({ status: 418, headers: {}, text: 'all of it' });
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n'],
  ])('to %s that has no body waits for none', async (method, reply) => {
    const { url } = await answering(reply);
    expect(await transport.send(request(url, { method }))).toMatchObject({ text: '' });
  });

  it.each([
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['another protocol', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['no protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\na: b\r\n c: d\r\n\r\n'],
    ['a space before a colon', 'HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nok'],
    ['a lone line feed', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n'],
    ['a NUL', 'HTTP/1.1 200 OK\r\na: \0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\nok'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok'],
    ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\nok'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\nok'],
    ['a chunk of negative size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nok'],
    [
      'a chunk that is longer than it says',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n',
    ],
    ['an endless head', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(20_000)}`],
    [
      'an endless size of a chunk',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'b'.repeat(20_000)}`,
    ],
    [
      'endless trailers',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'t: 1\r\n'.repeat(4000)}`,
    ],
  ])('with %s is refused', async (_name, reply) => {
    const { url } = await answering(reply);
    await expect(transport.send(request(url))).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('its answer is not HTTP'),
    });
  });

  it.each([
    ['its head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['its body', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok'],
    ['a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nok'],
    ['its chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n'],
  ])('that is cut in %s counts as none', async (_name, reply) => {
    const { url } = await serve((socket) => socket.end(reply));
    await expect(transport.send(request(url))).rejects.toMatchObject({
      code: 'network',
      details: { cause: 'ECONNRESET' },
    });
  });

  it('that a server gives before it has read the request, and leaves, is read', async () => {
    const { url } = await serve((socket) => {
      socket.pause();
      socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno');
    });
    const body = 'x'.repeat(32 * 1024 * 1024);
    expect(await transport.send(request(url, { method: 'POST', body, once: true }))).toMatchObject({
      status: 413,
      text: 'no',
    });
  });
});

describe('a connection', () => {
  it('serves requests in turn, and not those that may come only once', async () => {
    const { url } = await answering(OK);
    await transport.send(request(url));
    await transport.send(request(url));
    expect(server?.connections).toBe(1);
    await transport.send(request(url, { method: 'POST', once: true }));
    expect(server?.connections).toBe(2);
    await Promise.all([transport.send(request(url)), transport.send(request(url))]);
    expect(server?.connections).toBe(3);
  });

  it.each([
    ['says that it leaves', 'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok'],
    ['is of the first version', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['says more than it was asked', `${OK}${OK}`],
  ])('is not used again when the server %s', async (_name, reply) => {
    const { url } = await answering(reply);
    for (const _turn of [1, 2]) expect((await transport.send(request(url))).text).toBe('ok');
    expect(server?.connections).toBe(2);
  });

  it('is not used again when the server has closed it', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    const { url } = await serve((socket) => {
      gone = once(socket, 'close');
      socket.end(OK);
    });
    for (const _turn of [1, 2, 3]) {
      expect((await transport.send(request(url))).text).toBe('ok');
      await gone;
    }
  });

  it('ends with a reply that nobody reads to its end', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    const { url } = await serve((socket) => {
      gone = once(socket, 'close');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome');
    });
    for await (const _chunk of (await transport.open(request(url))).chunks) break;
    await gone;
  });

  it('ends with the interest of its caller, before and after the head of a reply', async () => {
    const caller = new AbortController();
    const { url } = await serve(() => caller.abort());
    const signal = caller.signal;
    await expect(transport.send(request(url, { signal }))).rejects.toMatchObject({ code: 'interrupted' });
    await expect(transport.send(request(url, { signal }))).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('holds back a server that sends faster than its reply is read', async () => {
    const sent = { bytes: 0 };
    const { url } = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        do sent.bytes += 65_536;
        while (sent.bytes < 1 << 29 && socket.write(Buffer.alloc(65_536)));
      };
      socket.on('drain', more);
      more();
      socket.on('end', () => socket.destroy());
    });
    const { chunks, close } = await transport.open(request(url));
    const reader = chunks[Symbol.asyncIterator]();
    await reader.next();
    // The server stops by itself once no buffer on the way takes more.
    for (let before = -1; before !== sent.bytes;) {
      before = sent.bytes;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(sent.bytes).toBeLessThan(1 << 27);
    close();
  });
});

/** Each byte in a packet of its own, as far as that can be had. */
async function bytewise(socket: Socket, text: string): Promise<void> {
  for (const byte of Buffer.from(text, 'latin1')) {
    if (!socket.write(Buffer.of(byte))) await once(socket, 'drain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
