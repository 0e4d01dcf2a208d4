import fc from 'fast-check';
import { Agent, get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OneShotTransport } from '../../../src/govapi/one-shot.js';
import { RawServer } from './raw-server.js';

// Node's own client is the judge of what a reply says.
let server: RawServer;
let parts: readonly Buffer[] = [];
const ours = new OneShotTransport(undefined);

beforeAll(async () => {
  server = await RawServer.start((socket) => {
    void (async () => {
      for (const part of parts) {
        socket.write(part);
        await new Promise((resolve) => setImmediate(resolve));
      }
      socket.end();
    })();
  });
});
afterAll(async () => {
  await ours.close();
  await server.stop();
});

interface Read {
  readonly status: number;
  readonly text: string;
}

function byNode(): Promise<Read | undefined> {
  return new Promise((resolve) => {
    const request = get(server.url, { agent: new Agent() }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', () => resolve(undefined));
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.on('error', () => resolve(undefined));
  });
}

async function byUs(): Promise<Read | undefined> {
  const asked = { method: 'GET', url: server.url, headers: {}, timeoutMs: 20_000, once: true };
  const reply = await ours.send(asked).catch(() => undefined);
  return reply && { status: reply.status, text: reply.text };
}

const body = fc.uint8Array({ maxLength: 400 });
const header = fc.tuple(
  fc.stringMatching(/^x-[a-z0-9_.!]{1,12}$/),
  fc.stringMatching(/^[!-~\u00a1-\u00ff]{0,30}$/),
  fc.constantFrom('', ' ', '\t '),
);

function framed(bytes: Uint8Array, how: 'length' | 'chunks' | 'close', size: number): Buffer {
  const raw = Buffer.from(bytes);
  if (how === 'close') return Buffer.concat([Buffer.from('\r\n'), raw]);
  if (how === 'length') return Buffer.concat([Buffer.from(`Content-Length: ${raw.length}\r\n\r\n`), raw]);
  const out = [Buffer.from('transfer-encoding: chunked\r\n\r\n')];
  for (let at = 0; at < raw.length; at += size) {
    const chunk = raw.subarray(at, at + size);
    out.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...out, Buffer.from('0\r\n\r\n')]);
}

const reply = fc
  .tuple(
    fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
    fc.array(header, { maxLength: 5 }),
    body,
    fc.constantFrom('length' as const, 'chunks' as const, 'close' as const),
    fc.integer({ min: 1, max: 200 }),
  )
  .map(([status, headers, bytes, how, size]) => {
    const lines = headers.map(([name, value, space]) => `${name}:${space}${value}${space}\r\n`);
    const head = Buffer.from(`HTTP/1.1 ${status} Some reason\r\n${lines.join('')}`, 'latin1');
    return Buffer.concat([head, framed(bytes, how, size)]);
  });

const cuts = fc.array(fc.nat(), { maxLength: 6 });

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % bytes.length))].toSorted((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

describe('what is read of a reply', () => {
  it('is what Node reads of it, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(reply, cuts, async (bytes, places) => {
        parts = cut(bytes, places);
        const theirs = await byNode();
        expect(theirs).toBeDefined();
        expect(await byUs()).toEqual(theirs);
      }),
      { numRuns: 150 },
    );
  });

  it('is not something else than Node reads when bytes of it are damaged', async () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(reply, damage, async (bytes, damaged) => {
        for (const [place, byte] of damaged) bytes[place % bytes.length] = byte;
        parts = [bytes];
        const [theirs, own] = [await byNode(), await byUs()];
        if (theirs !== undefined && own !== undefined) expect(own).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });
});
