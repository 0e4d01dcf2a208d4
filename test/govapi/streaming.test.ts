import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { client, json, serve, type Handler } from './server.js';

const row = (cursor: number, response: ServerResponse): void => {
  response.write(`event: row\nid: ${cursor}\ndata: {"event_id":"e${cursor}","metadata":{}}\n\n`);
};
const open = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
};
const cursorOf = (url: string): string | null => new URL(url, 'http://h').searchParams.get('cursor');

async function read(
  stream: AsyncIterable<{ cursor: string; row: { event_id: string } }>,
  count: number,
): Promise<string[]> {
  const found: string[] = [];
  for await (const item of stream) {
    found.push(`${item.cursor}:${item.row.event_id}`);
    if (found.length === count) break;
  }
  return found;
}

/** A feed of ten rows that cuts the connection after every second row. */
const flaky: Handler = ({ url }, response) => {
  open(response);
  const after = Number(cursorOf(url) ?? 0);
  if (after + 1 > 10) return;
  row(after + 1, response);
  if (after + 2 <= 10) row(after + 2, response);
  setTimeout(() => response.destroy(), 20);
};

describe.each([
  ['one-shot', false],
  ['pooled', true],
])('%s transport', (_, longLived) => {
  test('rows come once and in order although the connection keeps breaking', async () => {
    const server = await serve(flaky);
    const api = client(server.url, { longLived });
    const told: string[] = [];
    const found = await read(
      api.stream('streamViolations', { onInterruption: (text) => told.push(text) }),
      10,
    );
    expect(found).toEqual(Array.from({ length: 10 }, (_unused, index) => `${index + 1}:e${index + 1}`));
    expect(server.seen.map(({ url }) => cursorOf(url))).toEqual([null, '2', '4', '6', '8']);
    expect(server.seen[0]?.headers['accept']).toBe('text/event-stream');
    expect(told.filter((text) => text.includes('interrupted'))).toHaveLength(4);
  });

  test('without follow the end is the end', async () => {
    const server = await serve((_request, response) => {
      open(response);
      response.write('event: ready\nid: 0\ndata: {}\n\n');
      row(1, response);
      response.end('event: end\ndata: {}\n\n');
    });
    expect(
      await read(client(server.url, { longLived }).stream('streamViolations', { follow: false }), 99),
    ).toEqual(['1:e1']);
    expect(server.seen.map(({ url }) => url)).toEqual(['/acme/thoth/x/stream/violations?follow=false']);
  });

  test('an abort ends the stream quietly and closes the connection', async () => {
    let closed = false;
    const stop = new AbortController();
    const server = await serve((_request, response) => {
      open(response);
      row(1, response);
      response.on('close', () => {
        closed = true;
      });
    });
    for await (const _row of client(server.url, { longLived }).stream('streamViolations', {
      signal: stop.signal,
    }))
      stop.abort();
    await expect.poll(() => closed).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  test('silence counts as a dead connection, comments as life', async () => {
    const server = await serve(({ url }, response) => {
      open(response);
      if (cursorOf(url) === '1') return row(2, response);
      row(1, response);
      const beats = [60, 120, 180].map((after) => setTimeout(() => response.write(': beat\n\n'), after));
      response.on('close', () => beats.forEach(clearTimeout));
    });
    const started = Date.now();
    expect(
      await read(client(server.url, { longLived }).stream('streamViolations', { silenceMs: 150 }), 2),
    ).toEqual(['1:e1', '2:e2']);
    expect(Date.now() - started).toBeGreaterThan(300);
  });
});

test.each([false, true])(
  'a process that was stopped reads what came meanwhile before it calls the connection dead (long-lived: %s)',
  async (longLived) => {
    let opened: ServerResponse | undefined;
    const server = await serve((_request, response) => {
      open(response);
      row(1, response);
      opened = response;
    });
    const found: string[] = [];
    for await (const { cursor } of client(server.url, { longLived }).stream('streamViolations', {
      silenceMs: 300,
    })) {
      found.push(cursor);
      if (found.length === 2) break;
      opened?.write(': beat\n\n');
      // Nothing of this process runs for longer than the silence.
      for (const end = performance.now() + 500; performance.now() < end;);
      setTimeout(() => opened !== undefined && row(2, opened), 20);
    }
    expect(found).toEqual(['1', '2']);
    expect(server.seen).toHaveLength(1);
  },
);

test('a restart of the server loses and repeats nothing', async () => {
  const first = await serve((_request, response) => {
    open(response);
    row(1, response);
    row(2, response);
  });
  const found: string[] = [];
  for await (const item of client(first.url).stream('streamViolations')) {
    found.push(item.cursor);
    if (found.length === 2) {
      await first.stop();
      setTimeout(() => {
        const second = createServer((request, response) => {
          open(response);
          // Repeats what it sent before: the client knows better.
          for (const cursor of [1, 2, 3]) row(cursor, response);
          expect(cursorOf(request.url ?? '')).toBe('2');
          response.on('close', () => second.close());
        }).listen(first.port, '127.0.0.1');
      }, 300);
    }
    if (found.length === 3) break;
  }
  expect(found).toEqual(['1', '2', '3']);
});

test('latest begins where the server says and resumes there', async () => {
  const server = await serve(({ url }, response) => {
    open(response);
    if (cursorOf(url) === 'latest') return void response.end('event: ready\nid: 41\ndata: {}\n\n');
    row(42, response);
  });
  expect(await read(client(server.url).stream('streamViolations', { cursor: 'latest' }), 1)).toEqual([
    '42:e42',
  ]);
  expect(server.seen.map(({ url }) => cursorOf(url))).toEqual(['latest', '41']);
});

describe('what ends a stream', () => {
  test.each([
    [401, { exit: 'unauthenticated' }],
    [403, { exit: 'forbidden' }],
    [404, { code: 'not_supported_by_server' }],
  ])('status %i', async (status, expected) => {
    const server = await serve((_request, response) => json(response, status, { error: 'e', message: 'm' }));
    await expect(
      read(client(server.url).stream('streamFeed' as 'streamViolations'), 1),
    ).rejects.toMatchObject(expected);
  });

  test('a reply that is no stream, and a row that does not fit', async () => {
    const page = await serve((_request, response) => json(response, 200, {}));
    await expect(read(client(page.url).stream('streamViolations'), 1)).rejects.toMatchObject({
      code: 'unexpected_reply',
    });
    const odd = await serve((_request, response) => {
      open(response);
      response.write('event: row\nid: 7\ndata: {"metadata":3}\n\n');
    });
    await expect(read(client(odd.url).stream('streamViolations'), 1)).rejects.toMatchObject({
      code: 'unexpected_reply',
      message: expect.stringContaining('Row 7'),
    });
  });

  test('a server that was never there, after four attempts', async () => {
    const server = await serve(() => undefined);
    await server.stop();
    await expect(read(client(server.url).stream('streamViolations'), 1)).rejects.toMatchObject({
      exit: 'unavailable',
    });
  });
});
