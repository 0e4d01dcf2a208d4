import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contractIssues, send, type Reply } from '../http/running-server.js';
import { startDataPlane, type DataPlane, type Row } from './data-plane.js';

let thoth: DataPlane;
let agentKey: string;
beforeAll(async () => {
  thoth = await startDataPlane();
  agentKey = await thoth.key(['execute'], undefined, 'agent');
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});
beforeEach(() => letUsersApprove({ enabled: true, max_risk_tier: 'high', minimum_seconds: 1 }));

const letUsersApprove = (selfApproval: object): Promise<Reply> =>
  thoth.call('PUT', '/thoth/settings', { step_up: { self_approval: selfApproval } });

let sessions = 0;
async function held(members: Row = {}, credential = agentKey): Promise<Row> {
  const { status, body } = await thoth.enforce(
    {
      session_id: `self-${(sessions += 1)}`,
      enforcement_mode: 'step_up',
      tool_name: 'search_web',
      user_id: 'alice',
      ...members,
    },
    credential,
  );
  expect([status, body.decision]).toEqual([200, 'STEP_UP']);
  return body;
}

const answer = (token: unknown, said = 'approve', credential = agentKey): Promise<Reply> =>
  send(
    'POST',
    `${thoth.server.url}/v1/enforce/hold/${String(token)}/answer`,
    { answer: said, channel: 'elicitation' },
    credential,
  );

/** The answer once enough time has passed for a person to have given it. */
async function answerInTime(token: unknown, said?: string): Promise<Reply> {
  for (;;) {
    const reply = await answer(token, said);
    if (codeOf(reply)[1] !== 'answered_too_soon') return reply;
    await new Promise((done) => setTimeout(done, 50));
  }
}

const codeOf = (reply: Reply): unknown[] => [reply.status, reply.body.error?.code?.toLowerCase()];

describe('the session’s own user', () => {
  it('is offered nothing unless the tenant says so', async () => {
    await letUsersApprove({ enabled: false });
    const { hold_token: token, self_approval: offer } = await held();
    expect(offer).toBeUndefined();
    expect(codeOf(await answer(token))).toEqual([403, 'self_approval_off']);
    expect((await thoth.hold(String(token), agentKey)).body.resolved).toBe(false);
  });

  it('approves a call, and the record tells its answer from an approver’s', async () => {
    const { hold_token: token, self_approval: offer } = await held();
    expect(offer).toEqual({ minimum_seconds: 1 });
    const resolved = await answerInTime(token);
    expect(await contractIssues('answerHold', resolved)).toEqual([]);
    expect(resolved.body).toMatchObject({
      resolved: true,
      resolution: 'ALLOW',
      self_approved: true,
      decision_reason_code: 'self_approved',
    });
    expect((await thoth.hold(String(token), agentKey)).body).toMatchObject({ resolution: 'ALLOW' });
    expect((await answer(token)).status).toBe(200);
    expect(codeOf(await answer(token, 'decline'))).toEqual([409, 'approval_already_resolved']);

    const { data } = (await thoth.call('GET', '/thoth/approvals')).body;
    expect(data.find((row: Row) => row.hold_token === token)).toMatchObject({
      status: 'approved',
      self_approved: true,
      user_id: 'alice',
      approvals: [],
    });
    const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
    expect(chain.body.data.at(-1)).toMatchObject({
      kind: 'control.approval.self_approve',
      user_id: 'alice',
      change: { verdict: 'self_approved', channel: 'elicitation' },
    });
  });

  it('declines a call', async () => {
    const { hold_token: token } = await held();
    expect((await answerInTime(token, 'decline')).body).toMatchObject({
      resolution: 'BLOCK',
      decision_reason_code: 'self_declined',
    });
  });

  it('is not believed before a person could have answered, and the hold stays for an approver', async () => {
    await letUsersApprove({ enabled: true, max_risk_tier: 'high', minimum_seconds: 300 });
    const { hold_token: token } = await held();
    for (const said of ['approve', 'decline']) {
      expect(codeOf(await answer(token, said))).toEqual([409, 'answered_too_soon']);
    }
    expect((await thoth.hold(String(token), agentKey)).body.resolved).toBe(false);
    const { data } = (await thoth.call('GET', '/thoth/approvals?status=pending')).body;
    const row = data.find((each: Row) => each.hold_token === token);
    const approver = await thoth.key(['write'], undefined, 'approver');
    const verdict = { decision: 'approve' };
    await thoth.call('POST', `/thoth/approvals/${row.approval_id}/resolve`, verdict, approver);
    const resolved = (await thoth.hold(String(token), agentKey)).body;
    expect(resolved).toMatchObject({ resolution: 'ALLOW', resolved_by: 'approver' });
    expect(resolved).not.toHaveProperty('self_approved');
  });

  it.each([
    ['a critical call', { tool_name: 'wire_transfer' }, 'self_approval_tier'],
    ['a session without a user', { user_id: 'system' }, 'self_approval_nobody'],
    ['a session with an empty user', { user_id: '' }, 'self_approval_nobody'],
  ])('never judges %s', async (_what, members, code) => {
    const { hold_token: token, self_approval: offer } = await held(members);
    expect(offer).toBeUndefined();
    expect(codeOf(await answer(token))).toEqual([403, code]);
  });

  it('judges no call above the tier the tenant names, nor after the setting was taken back', async () => {
    await letUsersApprove({ enabled: true, max_risk_tier: 'low', minimum_seconds: 1 });
    expect(await held({ tool_name: 'write_file' })).not.toHaveProperty('self_approval');
    const { hold_token: token, self_approval: offer } = await held();
    expect(offer).toBeDefined();
    await letUsersApprove({ enabled: false });
    expect(codeOf(await answer(token))).toEqual([403, 'self_approval_off']);
  });

  it('is nobody but the credential that was told', async () => {
    const { hold_token: token } = await held();
    const other = await thoth.key(['execute'], undefined, 'another agent');
    expect(codeOf(await answer(token, 'approve', other))).toEqual([403, 'not_the_requester']);
    expect((await answer(token, 'approve', await thoth.key(['read', 'write']))).status).toBe(403);
    expect((await answer('hold_never')).status).toBe(404);
    expect((await answer(token, 'perhaps')).status).toBe(400);
  });
});

describe('the setting', () => {
  it.each([
    { max_risk_tier: 'critical' },
    { minimum_seconds: 0 },
    { minimum_seconds: 1.5 },
    { enabled: 'yes' },
  ])('refuses %j', async (section) => {
    expect((await letUsersApprove(section)).status).toBe(400);
  });
});
