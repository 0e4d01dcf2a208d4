import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDataPlane, type DataPlane, type Row } from '../enforce/data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

interface Frame {
  readonly event: string;
  readonly id: number;
  readonly data: Row;
}

/** Reads frames until told to stop or the server ends the stream. */
async function* frames(name: string, query: string, abort?: AbortSignal): AsyncGenerator<Frame> {
  const url = `${thoth.server.url}/${thoth.server.tenantId}/thoth/x/stream/${name}${query}`;
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${thoth.adminToken}` },
    signal: abort ?? null,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (label: string): string | undefined =>
        lines.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
      const event = field('event');
      if (event !== undefined)
        yield { event, id: Number(field('id')), data: JSON.parse(field('data') ?? '{}') };
    }
  }
}

async function backlog(name: string, query = ''): Promise<Frame[]> {
  const found: Frame[] = [];
  for await (const frame of frames(name, `?follow=false${query}`)) found.push(frame);
  expect(found[0]?.event).toBe('ready');
  expect(found.at(-1)?.event).toBe('end');
  return found.slice(1, -1);
}

const violate = (tool = 'rm_rf') => thoth.enforce({ session_id: 'stream', tool_name: tool });
/** Kept by a reader once its stream is open. */
function opening(): { readonly opened: Promise<void>; readonly told: () => void } {
  let told: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (told = resolve));
  return { opened, told: () => told() };
}
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe('a stream', () => {
  it('ends when it has caught up, if it is not to follow', async () => {
    await violate();
    await thoth.enforce({ session_id: 'stream' });
    expect((await backlog('violations')).map((frame) => frame.data.tool_name)).toEqual(['rm_rf']);
    expect(await backlog('feed')).toHaveLength(2);
    expect(await backlog('violations', '&cursor=latest')).toEqual([]);
  });

  it('delivers what is committed while it is open, once and in order', async () => {
    const stop = new AbortController();
    const seen: Frame[] = [];
    const { opened, told } = opening();
    const reading = (async () => {
      for await (const frame of frames('violations', '?cursor=latest', stop.signal)) {
        if (frame.event === 'ready') told();
        if (frame.event === 'row') seen.push(frame);
        if (seen.length === 60) return;
      }
    })();
    await opened;
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, at) => violate(`tool_${round}_${at}`)));
    }
    await reading;
    stop.abort();
    const ids = seen.map((frame) => frame.id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(seen.map((frame) => frame.data.tool_name)).size).toBe(60);
  });

  it('resumes from its cursor over a restart without loss or repetition', async () => {
    const before = (await backlog('violations')).length;
    let cursor = 0;
    const seen: number[] = [];
    let writing = true;
    const reader = (async () => {
      for (;;) {
        const done = !writing;
        try {
          for await (const frame of frames('violations', `?cursor=${cursor}&follow=${String(writing)}`)) {
            if (frame.event !== 'row') continue;
            seen.push(frame.id);
            cursor = frame.id;
          }
        } catch {
          await pause(50);
          continue;
        }
        if (done) return;
        await pause(20);
      }
    })();
    let written = 0;
    for (let round = 0; round < 3; round += 1) {
      for (let call = 0; call < 15; call += 1) written += (await violate()).status === 200 ? 1 : 0;
      await thoth.restart();
    }
    writing = false;
    await thoth.restart();
    await reader;
    expect(written).toBe(45);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(before + written);
  });

  it('refuses a cursor that is no position, or one the chain has not reached', async () => {
    const open = (cursor: string): Promise<number> =>
      thoth.call('GET', `/thoth/x/stream/feed?cursor=${cursor}`).then((reply) => reply.status);
    expect(await open('-1')).toBe(400);
    expect(await open('yesterday')).toBe(400);
    expect(await open('99999999')).toBe(400);
  });

  it('repeats nothing to a reader that names its last id in a header', async () => {
    const rows = await backlog('violations');
    const last = rows.at(-2)?.id ?? 0;
    const url = `${thoth.server.url}/${thoth.server.tenantId}/thoth/x/stream/violations?follow=false`;
    const reply = await fetch(url, {
      headers: { authorization: `Bearer ${thoth.adminToken}`, 'last-event-id': String(last) },
    });
    expect((await reply.text()).match(/^event: row$/gm)).toHaveLength(1);
  });

  it('does not hold up decisions for a reader that does not read', async () => {
    const stop = new AbortController();
    const response = await fetch(`${thoth.server.url}/${thoth.server.tenantId}/thoth/x/stream/feed`, {
      headers: { authorization: `Bearer ${thoth.adminToken}` },
      signal: stop.signal,
    });
    await Promise.all(Array.from({ length: 30 }, () => violate()));
    expect((await violate()).status).toBe(200);
    stop.abort();
    await response.body?.cancel().catch(() => undefined);
  });

  it('closes when the server stops, well before it would be cut', async () => {
    const { opened, told } = opening();
    const ended = (async () => {
      const got: string[] = [];
      for await (const frame of frames('approvals', '?cursor=latest')) {
        got.push(frame.event);
        told();
      }
      return got;
    })();
    await opened;
    await thoth.restart();
    // One that is cut ends in an error.
    expect(await ended).toEqual(['ready']);
  });
});

describe('the stream of approvals', () => {
  it('shows a hold when it appears and again when it is resolved, each as it was then', async () => {
    const agent = await thoth.key(['execute']);
    const from = (await thoth.call('GET', '/thoth/x/evidence/head')).body.chain_index;
    await thoth.enforce(
      { session_id: 'approvals', tool_name: 'search_web', enforcement_mode: 'step_up' },
      agent,
    );
    const [pending] = (await thoth.call('GET', '/thoth/approvals?status=pending&limit=1')).body.data;
    await thoth.call('POST', `/thoth/approvals/${pending.approval_id}/resolve`, { decision: 'approve' });
    const rows = await backlog('approvals', `&cursor=${from}`);
    expect(rows.map((frame) => frame.data.status)).toEqual(['pending', 'approved']);
    expect(rows[0]?.data.resolved_by).toBeNull();
    expect(rows[1]?.data).toMatchObject({
      approval_id: pending.approval_id,
      resolved_by: 'admin',
      decision: 'approve',
    });
    expect(await backlog('approvals', `&cursor=${rows[0]?.id}`)).toEqual(rows.slice(1));
  });
});

it('are a hundred of a tenant at a time, and leave the others theirs', async () => {
  const other = await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'beside' });
  const open = async (tenantId: string, credential: string): Promise<[number, AbortController]> => {
    const abort = new AbortController();
    const { status } = await fetch(`${thoth.server.url}/${tenantId}/thoth/x/stream/feed?cursor=latest`, {
      headers: { authorization: `Bearer ${credential}` },
      signal: abort.signal,
    });
    return [status, abort];
  };
  const own = () => open(thoth.server.tenantId, thoth.adminToken);
  const opened = await Promise.all(Array.from({ length: 100 }, own));
  expect(new Set(opened.map(([status]) => status))).toEqual(new Set([200]));
  expect((await own())[0]).toBe(429);
  const [beside, besides] = await open('beside', other.body.admin_token);
  expect(beside).toBe(200);
  besides.abort();

  opened.pop()?.[1].abort();
  // The server hears of it a moment later.
  let again = await own();
  while (again[0] !== 200) again = await own();
  for (const [, abort] of [...opened, again]) abort.abort();
});
