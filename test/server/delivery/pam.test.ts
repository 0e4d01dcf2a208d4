import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { later } from '../../support/later.js';
import { checkSignature, signatureHeaders } from '../../../src/signing/index.js';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';
import { eventually, Receiver } from './receiver.js';

const CALLBACK_SECRET = 'callback-secret-1';
let thoth: DataPlane;
let receiver: Receiver;

beforeAll(async () => {
  thoth = await startDataPlane({ allowPrivateDelivery: true, criticalApprovers: 2 });
  await settings({
    tool_risk_overrides: { pay: 'medium', wipe: 'critical' },
    shadow_policy: { medium: 'step_up', critical: 'step_up' },
    pam: { enabled: true, provider: 'cyberark', callback_secret: CALLBACK_SECRET },
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
  await settings({ pam: { request_url: null, request_auth_token: null } });
  await receiver.stop();
});

const settings = (body: object) => thoth.call('PUT', '/thoth/settings', body);
const approvals = async () => (await thoth.call('GET', '/thoth/approvals')).body.data;

async function hold(
  tool = 'pay',
  more: object = {},
  caller?: string,
): Promise<{ approvalId: string; token: string }> {
  const call = {
    tool_name: tool,
    approved_scope: [tool],
    enforcement_mode: 'progressive',
    tool_args: { amount: 900, password: 'hunter2-secret' },
    ...more,
  };
  const { body } = await thoth.enforce(call, caller);
  expect(body.decision).toBe('STEP_UP');
  const rows: { hold_token: string; approval_id: string }[] = await approvals();
  const row = rows.find((one) => one.hold_token === body.hold_token);
  return { approvalId: row?.approval_id ?? '', token: body.hold_token };
}

interface Sending {
  readonly secret?: string;
  readonly at?: number;
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function callback(
  body: object | string,
  { secret = CALLBACK_SECRET, at = Date.now(), tenant, headers }: Sending = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${thoth.server.url}/${tenant ?? thoth.server.tenantId}/thoth/pam/callback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(headers ?? signatureHeaders([secret], text, at)) },
    body: text,
  });
  const answer: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, body: answer };
}

describe('a PAM request', () => {
  it('is made for every new hold, with all an approver needs and no secret', async () => {
    await settings({
      pam: {
        request_url: receiver.url,
        request_secret: 'asking',
        request_auth_token: 'bearer-token',
        request_timeout_seconds: 12.5,
      },
    });
    const { approvalId, token } = await hold();
    const [asked] = await receiver.arrived(1);
    expect(asked?.headers.authorization).toBe('Bearer bearer-token');
    const { 'x-thoth-timestamp': timestamp, 'x-thoth-signature': signature } = asked?.headers ?? {};
    const message = { timestamp: String(timestamp), signature: String(signature), body: asked?.body ?? '' };
    expect(checkSignature(message, ['asking'], Date.now())).toBe('valid');
    expect(asked?.json).toMatchObject({
      type: 'approval.requested',
      data: { approval_id: approvalId, tool_name: 'pay', risk_tier: 'medium', request: { amount: 900 } },
    });
    expect(asked?.body).not.toMatch(new RegExp(`hunter2-secret|${token}`));
    await thoth.enforce({ tool_name: 'drop_table' });
    await hold('wipe');
    expect((await receiver.arrived(2)).map((one) => one.json.data.tool_name)).toEqual(['pay', 'wipe']);
  });

  it('is not repeated once the hold has been answered otherwise', async () => {
    await settings({ pam: { request_url: receiver.url } });
    receiver.answer = (response) => void response.writeHead(503, { 'retry-after': '1' }).end();
    const { approvalId } = await hold();
    const [first] = await receiver.arrived(1);
    await callback({ approval_id: approvalId, decision: 'deny' });
    const id = String(first?.headers['x-thoth-delivery-id']);
    const ended = await eventually('the end', async () => {
      const { body } = await thoth.call('GET', `/thoth/x/deliveries/${id}`);
      return body.status === 'cancelled' ? body : undefined;
    });
    expect(ended).toMatchObject({ attempts: 1, last_error: 'the hold has ended' });
    expect(receiver.received).toHaveLength(1);
  });
});

describe('a PAM callback', () => {
  it('resolves the hold in the name of the provider, and comes again without effect', async () => {
    const { approvalId, token } = await hold();
    const at = Date.now();
    const verdict = {
      approval_id: approvalId,
      decision: 'approve',
      reason: 'ticket 7',
      resolved_by: 'ann@example.com',
    };
    const first = await callback(verdict, { at });
    expect(first).toMatchObject({
      status: 200,
      body: { approval_id: approvalId, decision: 'approve', status: 'approved', resolved_by: 'pam:cyberark' },
    });
    expect((await thoth.hold(token)).body).toMatchObject({ resolved: true, decision: 'ALLOW' });
    const chain = async () => (await thoth.call('GET', '/thoth/evidence/chain?limit=500')).body;
    const before = await chain();
    expect(await callback(verdict, { at })).toEqual({ status: 200, body: { ...first.body, replayed: true } });
    const after = await chain();
    expect(after).toEqual(before);
    expect(JSON.stringify(after)).toContain('ann@example.com');
    const contradicting = await callback({ approval_id: approvalId, decision: 'blocked' });
    expect([contradicting.status, contradicting.body['error']]).toEqual([409, 'approval_already_resolved']);
  });

  it('may name the hold by its token', async () => {
    const { approvalId, token } = await hold();
    const denied = await callback({ hold_token: token, decision: 'blocked' });
    expect(denied.body).toMatchObject({ approval_id: approvalId, decision: 'blocked', status: 'denied' });
    expect((await thoth.hold(token)).body).toMatchObject({ decision: 'BLOCK' });
    const other = await hold();
    const mixed = await callback({ hold_token: other.token, approval_id: approvalId, decision: 'approve' });
    expect(mixed.status).toBe(400);
    expect((await callback({ hold_token: 'hold_x', decision: 'approve' })).status).toBe(404);
  });

  it('is nobody without the right signature, and touches nothing', async () => {
    const { approvalId, token } = await hold();
    const verdict = { approval_id: approvalId, decision: 'approve' };
    const signed = signatureHeaders([CALLBACK_SECRET], JSON.stringify(verdict), Date.now());
    const unsigned: readonly Sending[] = [
      { headers: {} },
      { secret: 'wrong' },
      { headers: { ...signed, 'x-thoth-signature': 'sha256=00' } },
      { headers: { ...signed, 'x-thoth-timestamp': String(Math.floor(Date.now() / 1000) + 1) } },
      { tenant: 'no-such-tenant' },
      { headers: { authorization: `Bearer ${thoth.adminToken}` } },
    ];
    for (const sending of unsigned) {
      const reply = await callback(verdict, sending);
      expect([reply.status, reply.body['error']]).toEqual([401, 'unauthorized']);
    }
    expect((await callback('{not json', { secret: 'wrong' })).status).toBe(401);
    expect((await callback({ ...verdict, decision: 'deny' }, { headers: signed })).status).toBe(401);
    for (const drift of [-301_000, 301_000]) {
      const reply = await callback(verdict, { at: Date.now() + drift });
      expect([reply.status, reply.body['error']]).toEqual([401, 'callback_stale']);
    }
    expect((await thoth.hold(token)).body).toMatchObject({ resolved: false });
  });

  it('that is signed but makes no sense is refused in words', async () => {
    expect((await callback('{not json')).body['error']).toBe('invalid_json');
    expect((await callback('[]')).status).toBe(400);
    expect((await callback({ decision: 'approve' })).status).toBe(400);
    expect((await callback({ approval_id: 'apr_x', decision: 'approve' })).status).toBe(404);
    const { approvalId } = await hold();
    expect((await callback({ approval_id: approvalId, decision: 'perhaps' })).status).toBe(400);
    expect((await callback(JSON.stringify({ pad: 'x'.repeat(70_000) }))).status).toBe(413);
  });

  it('is one approver of two where the tier is critical, however often it comes', async () => {
    const agent = await thoth.key(['execute'], undefined, 'an agent');
    const { approvalId, token } = await hold('wipe', {}, agent);
    const approve = { approval_id: approvalId, decision: 'approve' };
    expect((await callback(approve)).body).toMatchObject({ status: 'pending', resolved_by: null });
    expect((await callback({ ...approve, resolved_by: 'somebody else' })).body['status']).toBe('pending');
    expect((await thoth.hold(token)).body).toMatchObject({ resolved: false });
    const key = await thoth.key(['write'], undefined, 'second-approver');
    const human = await thoth.call(
      'POST',
      `/thoth/approvals/${approvalId}/resolve`,
      { decision: 'approve' },
      key,
    );
    expect(human.body.status).toBe('approved');
  });

  it('for a hold that has died is a conflict', async () => {
    await thoth.restart({ holdSeconds: 60 });
    const { approvalId } = await hold();
    const late = await later(61, () => callback({ approval_id: approvalId, decision: 'approve' }));
    expect([late.status, late.body['error']]).toEqual([409, 'approval_expired']);
    await thoth.restart();
  });

  it('may be signed with the secret before the last, until that is cleared', async () => {
    await settings({ pam: { callback_secret: 'callback-secret-2' } });
    const { approvalId } = await hold();
    expect((await callback({ approval_id: approvalId, decision: 'approve' })).status).toBe(200);
    await settings({ pam: { callback_secret: null } });
    await settings({ pam: { callback_secret: 'callback-secret-3' } });
    expect((await callback({ approval_id: approvalId, decision: 'approve' })).status).toBe(401);
    const now = await callback(
      { approval_id: approvalId, decision: 'approve' },
      { secret: 'callback-secret-3' },
    );
    expect(now.status).toBe(200);
    await settings({ pam: { enabled: false } });
    expect(
      (await callback({ approval_id: approvalId, decision: 'approve' }, { secret: 'callback-secret-3' }))
        .status,
    ).toBe(401);
  });
});
