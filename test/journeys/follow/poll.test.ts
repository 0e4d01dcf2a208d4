import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGovApi, type GovApi } from '../../../src/govapi/index.js';
import { tail, VIOLATIONS } from '../../../src/journeys/follow/index.js';

/** A GovAPI without the operations of this project: it only lists its newest violations. */
let server: Server;
let api: GovApi;
let folder: string;
let events: { event_id: string; metadata: object }[];
let outage = 0;

beforeEach(async () => {
  events = [];
  folder = await mkdtemp(join(tmpdir(), 'poll-'));
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const listed = url.pathname === '/acme/thoth/violations';
    if (listed && outage > 0) outage -= 1;
    const status = !listed ? 404 : outage > 0 ? 503 : 200;
    const newest = [...events].reverse().slice(0, Number(url.searchParams.get('limit')));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { items: newest } : { error: 'x', message: 'x' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  api = createGovApi({
    tenantId: 'acme',
    baseUrl: `http://127.0.0.1:${port}`,
    version: '0.0.0',
    credential: { kind: 'bearer', secret: 'token' },
  });
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const happen = (from: number, count: number): void => {
  for (let index = from; index < from + count; index += 1)
    events.push({ event_id: `e${index}`, metadata: {} });
};

/** Follows until `limit` rows came; `onRow` lets the world move on while the tail runs. */
async function follow(
  from: string | undefined,
  limit: number,
  onRow?: (id: string) => void,
  cursorFile?: string,
  signal = AbortSignal.timeout(60_000),
) {
  const ids: string[] = [];
  const notices: string[] = [];
  const write = (row: Readonly<Record<string, unknown>>): Promise<void> => {
    ids.push(String(row['event_id']));
    onRow?.(String(row['event_id']));
    return Promise.resolve();
  };
  await tail(
    api,
    VIOLATIONS,
    { write },
    {
      from,
      limit,
      ...(cursorFile && { cursorFile }),
      signal,
      notice: (text) => notices.push(text),
      wanted: () => true,
      pollMs: 20,
    },
  );
  return { ids, notices };
}

describe('a tail without live streams', () => {
  it('reads overlapping windows, oldest first, and shows no row twice', async () => {
    happen(0, 3);
    const { ids, notices } = await follow('start', 7, (id) => id === 'e2' && happen(3, 4));
    expect(ids).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6']);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('no live stream');
  });

  it('says so when more rows came than a window holds', async () => {
    happen(0, 1);
    const { ids, notices } = await follow('start', 201, (id) => id === 'e0' && happen(1, 300));
    expect(ids).toHaveLength(201);
    expect(notices.some((text) => text.includes('may be missing'))).toBe(true);
  });

  it('continues after the row it wrote last, also across an outage', async () => {
    const cursorFile = join(folder, 'cursor.json');
    happen(0, 2);
    expect((await follow('start', 2, undefined, cursorFile)).ids).toEqual(['e0', 'e1']);
    expect(JSON.parse(await readFile(cursorFile, 'utf8'))).toMatchObject({
      cursor: 'id:e1',
      tenant_id: 'acme',
    });
    happen(2, 2);
    outage = 2;
    expect((await follow(undefined, 2, undefined, cursorFile)).ids).toEqual(['e2', 'e3']);
  });

  it.each([
    ['an empty list', 0],
    ['a list with rows', 2],
  ])('that saw no row continues from where it began, %s', async (_name, count) => {
    const cursorFile = join(folder, 'cursor.json');
    happen(0, count);
    const begun = new AbortController();
    const tailing = follow(undefined, 1, undefined, cursorFile, begun.signal);
    await expect.poll(() => readFile(cursorFile, 'utf8').catch(() => '')).not.toBe('');
    begun.abort();
    expect((await tailing).ids).toEqual([]);
    happen(count, 2);
    expect((await follow(undefined, 2, undefined, cursorFile)).ids).toEqual([`e${count}`, `e${count + 1}`]);
  });
});
