import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDataPlane, type DataPlane, type Row } from './data-plane.js';

let thoth: DataPlane;
let tenant: string;
beforeAll(async () => {
  thoth = await startDataPlane();
  tenant = thoth.server.tenantId;
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const snake = (id: string, more: object = {}): object => ({
  event_id: `${tenant}:${id}`,
  tenant_id: tenant,
  agent_id: 'bot',
  session_id: 'events',
  user_id: 'system',
  source_type: 'agent_tool_call',
  event_type: 'TOOL_CALL_PRE',
  tool_name: 'search_docs',
  purpose: null,
  metadata: { event_phase: 'pre' },
  occurred_at: '2026-01-02T03:04:05.123456Z',
  violation_id: null,
  ...more,
});
const camel = (id: string): object => ({
  eventId: id,
  eventType: 'TOOL_CALL_POST',
  agentId: 'bot',
  tenantId: tenant,
  sessionId: 'events',
  toolName: 'search_docs',
  occurredAt: '2026-01-02T03:04:05.123Z',
  sourceType: 'agent_tool_call',
  userId: 'system',
});

async function post(
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Row | undefined; length: string | null }> {
  const response = await fetch(`${thoth.server.url}/v1/events/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${thoth.adminToken}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    length: response.headers.get('content-length'),
  };
}
const ACK = { prefer: 'return=representation' };
const stored = async (): Promise<Row[]> =>
  (await thoth.call('GET', '/thoth/sessions/events/evidence-bundle')).body.events ?? [];

describe('POST /v1/events/batch', () => {
  it('answers 202 without a body, which keeps Go connections open', async () => {
    const reply = await post([snake('1')]);
    expect(reply).toMatchObject({ status: 202, body: undefined, length: '0' });
    expect(await stored()).toHaveLength(1);
    expect((await post([])).status).toBe(202);
    expect((await post({ events: [] })).status).toBe(202);
  });

  it('takes both shapes and both key styles, even in one batch, and stores one style', async () => {
    expect((await post({ events: [camel('plain-uuid'), snake('2')] }, ACK)).body).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [],
    });
    const event = (await stored()).find((entry) => entry.event_id === 'plain-uuid');
    expect(event).toMatchObject({
      event_type: 'TOOL_CALL_POST',
      session_id: 'events',
      tool_name: 'search_docs',
    });
  });

  it('counts an event once however often it is sent', async () => {
    const before = (await stored()).length;
    expect((await post([snake('3'), snake('3')], ACK)).body).toMatchObject({ accepted: 1, duplicates: 1 });
    expect((await post([snake('3')], ACK)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    const nameless = snake('x', { event_id: undefined });
    await post([nameless]);
    await post([nameless]);
    expect(await stored()).toHaveLength(before + 2);
  });

  it('takes what it can of a batch and names the rest', async () => {
    const reply = await post(
      [
        snake('4'),
        snake('5', { tenant_id: undefined }),
        snake('6', { event_type: 'NOPE' }),
        7,
        snake('8', { tenant_id: 'x' }),
      ],
      ACK,
    );
    expect(reply.status).toBe(202);
    expect(reply.body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, message: 'tenant_id is missing' }, { index: 2 }, { index: 3 }, { index: 4 }],
    });
  });

  it('refuses a batch of which nothing can be taken', async () => {
    expect((await post([snake('9', { tenant_id: 'another' })])).status).toBe(403);
    expect((await post([{ hello: 1 }])).status).toBe(400);
    expect((await post({ no: 'events' })).status).toBe(400);
    expect((await post('text')).status).toBe(400);
  });

  it('takes five hundred events at once and survives a restart', async () => {
    const batch = Array.from({ length: 500 }, (_, index) => snake(`bulk-${index}`, { session_id: 'bulk' }));
    expect((await post(batch, ACK)).body).toMatchObject({ accepted: 500 });
    await thoth.restart();
    const bundle = await thoth.call('GET', '/thoth/sessions/bulk/evidence-bundle');
    expect(bundle.body.summary.total_events).toBe(500);
  });

  it('needs the write or the execute permission', async () => {
    const agent = await thoth.key(['execute']);
    expect((await post([snake('09')], { authorization: `Bearer ${agent}` })).status).toBe(202);
    const key = await thoth.key(['read']);
    expect((await post([snake('10')], { authorization: `Bearer ${key}` })).status).toBe(403);
    const ingest = await post([snake('11')], {
      authorization: `Bearer ${key}`,
      'x-thoth-event-ingest-token': await thoth.key(['write']),
    });
    expect(ingest.status).toBe(202);
  });
});
