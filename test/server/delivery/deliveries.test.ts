import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkSignature } from '../../../src/signing/index.js';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';
import { eventually, Receiver, type Received } from './receiver.js';

const SECRET = 'webhook-secret-1';
const BLOCKED = { tool_name: 'drop_table' };
let thoth: DataPlane;
let receiver: Receiver;

beforeAll(async () => {
  thoth = await startDataPlane({
    allowPrivateDelivery: true,
    deliveryRetry: { attempts: 3, baseMs: 40, capMs: 40 },
  });
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  await settings({ webhook: { enabled: false }, siem: { webhook: { enabled: false } } });
  await receiver.stop();
});

const settings = (body: object) => thoth.call('PUT', '/thoth/settings', body);
const webhookOn = (more: object = {}) =>
  settings({ webhook: { enabled: true, url: receiver.url, secret: SECRET, ...more } });
const list = async (query = '') => (await thoth.call('GET', `/thoth/x/deliveries${query}`)).body;
const get = async (id: string) => (await thoth.call('GET', `/thoth/x/deliveries/${id}`)).body;
const redeliver = (id: string) => thoth.call('POST', `/thoth/x/deliveries/${id}/redeliver`, {});
const ids = (received: readonly Received[]) =>
  received.map((one) => String(one.headers['x-thoth-delivery-id']));
const inState = (id: string, status: string) =>
  eventually(`${id} ${status}`, async () => {
    const delivery = await get(id);
    return delivery.status === status ? delivery : undefined;
  });

describe('event deliveries', () => {
  it('begin when a destination is switched on, and tell of every decision other than ALLOW', async () => {
    await thoth.enforce(BLOCKED);
    await webhookOn();
    await thoth.enforce();
    const { body: decision } = await thoth.enforce({ ...BLOCKED, tool_args: { table: 'customers-by-name' } });
    await thoth.enforce({ ...BLOCKED, enforcement_mode: 'observe' });
    const [first] = await receiver.arrived(1);
    expect(first?.json).toMatchObject({
      type: 'decision.blocked',
      tenant_id: 'local',
      data: { decision: 'BLOCK', tool_name: 'drop_table', violation_id: decision.violation_id },
    });
    expect(first?.body).not.toContain('customers-by-name');
    const event = await get(ids(receiver.received)[0] ?? '');
    expect(event.event).toEqual(first?.json);
    expect((await list()).total).toBe(1);
  });

  it('are signed over timestamp and body, by both secrets while one replaces the other', async () => {
    await webhookOn();
    await thoth.enforce(BLOCKED);
    await receiver.arrived(1);
    await settings({ webhook: { secret: 'webhook-secret-2' } });
    await thoth.enforce(BLOCKED);
    // The second event is the change itself.
    const [before, , after] = await receiver.arrived(3);
    const verdict = (delivery: Received | undefined, secret: string) =>
      checkSignature(
        {
          timestamp: String(delivery?.headers['x-thoth-timestamp']),
          signature: String(delivery?.headers['x-thoth-signature']),
          body: delivery?.body ?? '',
        },
        [secret],
        Date.now(),
      );
    expect(verdict(before, SECRET)).toBe('valid');
    expect(verdict(before, 'webhook-secret-2')).toBe('mismatch');
    expect([verdict(after, SECRET), verdict(after, 'webhook-secret-2')]).toEqual(['valid', 'valid']);
    expect(JSON.stringify(await list())).not.toContain('webhook-secret');

    await settings({ webhook: { secret: null } });
    await settings({ webhook: { secret: 'webhook-secret-3' } });
    const { delivery_id: id } = (await list('?limit=1')).data[0];
    await inState(id, 'delivered');
    await redeliver(ids(receiver.received)[0] ?? '');
    const last = (await receiver.arrived(6)).at(-1);
    expect([verdict(last, 'webhook-secret-2'), verdict(last, 'webhook-secret-3')]).toEqual([
      'mismatch',
      'valid',
    ]);
  });

  it('start oldest first, four at a time', async () => {
    const open: (() => void)[] = [];
    receiver.answer = (response) => void open.push(() => response.writeHead(200).end());
    await webhookOn();
    for (let n = 0; n < 7; n += 1) await thoth.enforce({ ...BLOCKED, session_id: `order-${n}` });
    await receiver.arrived(4);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const sessions = () => receiver.received.map((one) => one.json.data.session_id).sort();
    expect(sessions()).toEqual(['order-0', 'order-1', 'order-2', 'order-3']);
    receiver.answer = (response) => void response.writeHead(200).end();
    for (const answer of open) answer();
    await receiver.arrived(7);
    expect(new Set(ids(receiver.received)).size).toBe(7);
  });

  it('are tried again under the same id until they are dead, and then on demand', async () => {
    receiver.answer = (response) => void response.writeHead(500).end('no');
    await webhookOn();
    await thoth.enforce(BLOCKED);
    await receiver.arrived(3);
    const [id = ''] = ids(receiver.received);
    expect(new Set(ids(receiver.received))).toEqual(new Set([id]));
    expect(receiver.received.map((one) => one.headers['x-thoth-attempt'])).toEqual(['1', '2', '3']);
    expect(new Set(receiver.received.map((one) => one.body)).size).toBe(1);
    expect(await inState(id, 'dead')).toMatchObject({
      attempts: 3,
      max_attempts: 3,
      http_status: 500,
      last_error: 'the receiver answered 500',
      next_attempt_at: null,
    });
    expect((await list('?status=dead')).data[0].delivery_id).toBe(id);

    receiver.answer = (response) => void response.writeHead(200).end();
    expect(await redeliver(id)).toMatchObject({ status: 202, body: { status: 'pending', attempts: 0 } });
    expect(await inState(id, 'delivered')).toMatchObject({ attempts: 1, http_status: 200, last_error: null });
    expect(ids(receiver.received).at(-1)).toBe(id);
    expect((await redeliver('dlv_nothing')).status).toBe(404);
  });

  it('end at once with a 410, and follow no redirect', async () => {
    const statuses = [410, 302, 302, 302];
    receiver.answer = (response) =>
      void response
        .writeHead(statuses[receiver.received.length - 1] ?? 500, { location: receiver.url })
        .end();
    await webhookOn();
    await thoth.enforce(BLOCKED);
    await receiver.arrived(1);
    expect(await inState(ids(receiver.received)[0] ?? '', 'dead')).toMatchObject({
      attempts: 1,
      http_status: 410,
    });
    await thoth.enforce(BLOCKED);
    await receiver.arrived(4);
    const redirected = await inState(ids(receiver.received).at(-1) ?? '', 'dead');
    expect(redirected.last_error).toContain('redirects are not followed');
  });

  it('wait as long as the receiver asks', async () => {
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '1' }).end();
    await webhookOn();
    const began = Date.now();
    await thoth.enforce(BLOCKED);
    await receiver.arrived(2);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
  });

  it('take an endless answer for its status', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', pour);
      pour();
    };
    await webhookOn();
    await thoth.enforce(BLOCKED);
    await receiver.arrived(1);
    await inState(ids(receiver.received)[0] ?? '', 'delivered');
  });

  it('stall neither decisions nor other destinations behind a slow receiver', async () => {
    const siem = await Receiver.start();
    receiver.answer = () => {};
    await webhookOn();
    await settings({ siem: { provider: 'own', webhook: { enabled: true, url: siem.url, secret: 's' } } });
    for (let n = 0; n < 20; n += 1) await thoth.enforce(BLOCKED);
    await siem.arrived(20);
    expect(receiver.received.length).toBeLessThanOrEqual(4);
    await settings({ siem: { webhook: { enabled: false } } });
    await siem.stop();
  });

  it('tell of changes and of resolved approvals', async () => {
    await settings({ tool_risk_overrides: { hold_me: 'medium' }, shadow_policy: { medium: 'step_up' } });
    const agent = await thoth.key(['execute'], undefined, 'an agent');
    await webhookOn();
    const held = await thoth.enforce(
      { tool_name: 'hold_me', approved_scope: ['hold_me'], enforcement_mode: 'progressive' },
      agent,
    );
    expect(held.body.decision).toBe('STEP_UP');
    const approvals = (await thoth.call('GET', '/thoth/approvals?status=pending')).body.data;
    const key = await thoth.key(['write'], undefined, 'the-approver');
    await thoth.call(
      'POST',
      `/thoth/approvals/${approvals[0].approval_id}/resolve`,
      { decision: 'approve', reason: 'ok' },
      key,
    );
    const events = (await receiver.arrived(3)).map((one) => one.json);
    const of = (type: string) => events.find((event) => event.type === type);
    expect(of('decision.held').data).toMatchObject({
      decision: 'STEP_UP',
      approval_id: approvals[0].approval_id,
    });
    expect(of('decision.held').data).not.toHaveProperty('hold_token');
    expect(of('control.api_key.create').data.target.type).toBe('api_key');
    expect(of('approval.approved').data).toMatchObject({
      approval_id: approvals[0].approval_id,
      status: 'approved',
      resolved_by: expect.stringContaining('the-approver'),
      reason: 'ok',
      tool_name: 'hold_me',
    });
  });
});

describe('a destination that is switched off', () => {
  it('drops what waits, refuses samples and redeliveries, and starts anew when it is on again', async () => {
    receiver.answer = (response) => void response.writeHead(503, { 'retry-after': '60' }).end();
    await webhookOn();
    await thoth.enforce(BLOCKED);
    await receiver.arrived(1);
    const [id = ''] = ids(receiver.received);
    await eventually('the attempt recorded', async () => ((await get(id)).attempts === 1 ? true : undefined));
    await settings({ webhook: { enabled: false } });
    expect(await get(id)).toMatchObject({
      status: 'cancelled',
      last_error: 'the destination was switched off',
    });
    const refused = await redeliver(id);
    expect([refused.status, refused.body.error]).toEqual([409, 'destination_disabled']);
    expect((await thoth.call('POST', '/thoth/x/deliveries', { event_type: 'decision.blocked' })).status).toBe(
      409,
    );
    await thoth.enforce(BLOCKED);
    expect((await list('?status=pending')).total).toBe(0);
  });
});

describe('samples', () => {
  it('of every type of the catalogue travel like events, marked', async () => {
    await webhookOn();
    const types = ['decision.blocked', 'decision.held', 'approval.expired', 'control.settings.update'];
    for (const event_type of types) {
      const queued = await thoth.call('POST', '/thoth/x/deliveries', { event_type });
      expect(queued.body).toMatchObject({
        event_type,
        status: 'pending',
        chain_index: null,
        event: { sample: true },
      });
    }
    const events = (await receiver.arrived(4)).map((one) => one.json);
    expect(events.map((event) => event.type).sort()).toEqual(types.toSorted());
    expect(events.every((event) => event.sample === true)).toBe(true);
    const odd = await thoth.call('POST', '/thoth/x/deliveries', { event_type: 'no.such' });
    expect([odd.status, odd.body.error]).toEqual([400, 'unknown_event_type']);
  });
});

describe('the list', () => {
  it('filters, counts all matches, and pages by id however many rows are added', async () => {
    await webhookOn();
    for (let n = 0; n < 5; n += 1) await thoth.enforce(BLOCKED);
    await receiver.arrived(5);
    const all = await list('?event_type=decision.blocked&destination=webhook');
    const first = await list('?event_type=decision.blocked&destination=webhook&limit=2');
    expect(first.total).toBe(all.total);
    await thoth.enforce(BLOCKED);
    await receiver.arrived(6);
    const second = await list(
      `?event_type=decision.blocked&destination=webhook&limit=2&before=${first.data[1].delivery_id}`,
    );
    expect([...first.data, ...second.data].map((row) => row.delivery_id)).toEqual(
      all.data.slice(0, 4).map((row: { delivery_id: string }) => row.delivery_id),
    );
    expect((await list('?destination=pam')).total).toBe(0);
    expect((await thoth.call('GET', '/thoth/x/deliveries?status=lost')).status).toBe(400);
  });
});

describe('SIEM formats', () => {
  const siemOn = (webhook: object, provider = 'splunk') =>
    settings({ siem: { provider, webhook: { enabled: true, url: receiver.url, ...webhook } } });
  const REQUIRED = {
    tenant_id: 'local',
    agent_id: 'support-bot',
    destination_channel: 'siem',
    action: 'BLOCK',
    risk_tier: expect.any(String),
    occurred_at: expect.any(String),
  };

  it('Splunk gets an HEC envelope with its token', async () => {
    await siemOn({ secret: 'hec-token', provider: 'splunk' });
    await thoth.enforce(BLOCKED);
    const [delivery] = await receiver.arrived(1);
    expect(delivery?.headers.authorization).toBe('Splunk hec-token');
    expect(delivery?.json).toMatchObject({
      sourcetype: 'thoth:event',
      time: expect.any(Number),
      event: { ...REQUIRED, siem_provider: 'splunk' },
    });
    expect(Math.abs(delivery?.json.time - Date.now() / 1000)).toBeLessThan(120);
  });

  it('Sentinel gets records signed with the key of its workspace', async () => {
    const key = Buffer.from('a workspace key').toString('base64');
    await siemOn({ secret: key, workspace_id: 'ws-1', provider: null }, 'microsoft-sentinel');
    await thoth.enforce(BLOCKED);
    const [delivery] = await receiver.arrived(1);
    const { headers, body, json } = delivery ?? { headers: {}, body: '', json: [] };
    const signed = `POST\n${Buffer.byteLength(body)}\napplication/json\nx-ms-date:${String(headers['x-ms-date'])}\n/hook`;
    const digest = createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64');
    expect(headers.authorization).toBe(`SharedKey ws-1:${digest}`);
    expect(headers).toMatchObject({ 'log-type': 'ThothEvents', 'time-generated-field': 'occurred_at' });
    expect(json).toMatchObject([{ ...REQUIRED, siem_provider: 'microsoft-sentinel' }]);
  });

  it('any other receiver gets flat JSON, signed as a webhook is', async () => {
    await settings({ siem: { webhook: { secret: null } } });
    await siemOn({ secret: 'plain', provider: null }, 'own');
    await thoth.enforce(BLOCKED);
    const [delivery] = await receiver.arrived(1);
    expect(delivery?.json).toMatchObject({
      ...REQUIRED,
      siem_provider: 'own',
      event_type: 'decision.blocked',
    });
    const stamp = String(delivery?.headers['x-thoth-timestamp']);
    const digest = createHmac('sha256', 'plain').update(`${stamp}.${delivery?.body}`).digest('hex');
    expect(delivery?.headers['x-thoth-signature']).toBe(`sha256=${digest}`);
  });
});

describe('a restart in the middle', () => {
  it('goes on with what was not delivered and with events nobody had planned yet', async () => {
    receiver.answer = () => {};
    await webhookOn();
    await thoth.enforce(BLOCKED);
    const [id = ''] = ids(await receiver.arrived(1));
    await thoth.enforce({ ...BLOCKED, session_id: 'just-before' });
    await thoth.restart();
    receiver.answer = (response) => void response.writeHead(200).end();
    expect(await inState(id, 'delivered')).toMatchObject({ attempts: 1 });
    await eventually('the last event', () =>
      receiver.received.some((one) => one.json.data.session_id === 'just-before') ? true : undefined,
    );
  });
});
