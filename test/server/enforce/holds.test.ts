import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { later } from '../../support/later.js';
import { eventually } from '../delivery/receiver.js';
import { contractIssues } from '../http/running-server.js';
import { startDataPlane, type DataPlane, type Row } from './data-plane.js';

let thoth: DataPlane;
let agentKey: string;
let approver: string;
beforeAll(async () => {
  thoth = await startDataPlane();
  agentKey = await thoth.key(['execute'], undefined, 'agent');
  approver = await thoth.key(['read', 'write'], undefined, 'approver');
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

let sessions = 0;
async function held(
  members: Record<string, unknown> = {},
): Promise<{ token: string; approvalId: string; body: Row }> {
  const reply = await thoth.enforce(
    {
      session_id: `hold-${(sessions += 1)}`,
      enforcement_mode: 'step_up',
      tool_name: 'search_web',
      ...members,
    },
    agentKey,
  );
  expect(reply.body.decision).toBe('STEP_UP');
  const list = await thoth.call('GET', '/thoth/approvals');
  const row = list.body.data.find((entry: Row) => entry.hold_token === reply.body.hold_token);
  return { token: reply.body.hold_token, approvalId: row.approval_id, body: reply.body };
}

const resolve = (id: string, decision: string, credential = approver, more: object = {}) =>
  thoth.call('POST', `/thoth/approvals/${id}/resolve`, { decision, ...more }, credential);

describe('a hold', () => {
  it('is pending with the word that keeps every SDK waiting, then resolves to ALLOW', async () => {
    const { token, approvalId } = await held();
    const pending = await thoth.hold(token, agentKey);
    expect(await contractIssues('getHold', pending)).toEqual([]);
    expect(pending.body).toMatchObject({ token, resolved: false, decision: 'STEP_UP' });

    const receipt = await resolve(approvalId, 'approved', approver, {
      reason: 'known customer',
      resolved_by: 'mallory',
    });
    expect(receipt.status).toBe(200);
    expect(receipt.body).toMatchObject({ decision: 'approved', status: 'approved', resolved_by: 'approver' });

    const resolved = await thoth.hold(token, agentKey);
    expect(await contractIssues('getHold', resolved)).toEqual([]);
    expect(resolved.body).toMatchObject({
      resolved: true,
      resolution: 'ALLOW',
      decision: 'ALLOW',
      authorization_decision: 'ALLOW',
      resolved_by: 'approver',
    });
    const listed = await thoth.call('GET', '/thoth/approvals');
    const row = listed.body.data.find((entry: Row) => entry.approval_id === approvalId);
    expect(row).toMatchObject({ status: 'approved', decision: 'approved' });
  });

  it('resolves to BLOCK with the word that tells Go it was denied', async () => {
    const { token, approvalId, body } = await held();
    await resolve(approvalId, 'deny');
    const resolved = await thoth.hold(token, agentKey);
    expect(resolved.body).toMatchObject({
      resolved: true,
      resolution: 'BLOCK',
      decision: 'BLOCK',
      violation_id: body.violation_id,
    });
    expect(resolved.body.reason).toContain('denied');
  });

  it('survives a restart, pending and resolved', async () => {
    const open = await held();
    const closed = await held();
    await resolve(closed.approvalId, 'approve');
    await thoth.restart();
    expect((await thoth.hold(open.token, agentKey)).body.resolved).toBe(false);
    expect((await thoth.hold(closed.token, agentKey)).body.resolution).toBe('ALLOW');
    expect((await resolve(open.approvalId, 'approve')).status).toBe(200);
  });

  it('is unknown when it was never issued, and to other tenants', async () => {
    expect((await thoth.hold('hold_never', agentKey)).status).toBe(404);
    const { token } = await held();
    const other = await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'other' });
    expect(other.status).toBe(201);
    expect([403, 404]).toContain((await thoth.hold(token, other.body.admin_token)).status);
    const bot = await thoth.key(['execute'], 'another-bot');
    expect((await thoth.hold(token, bot)).status).toBe(403);
    expect((await thoth.hold(token, await thoth.key(['read']))).status).toBe(403);
  });

  it('becomes a BLOCK with the word timeout when nobody answers, and cannot be approved any more', async () => {
    await thoth.restart({ holdSeconds: 60 });
    const lazy = await held();
    expect(lazy.body.step_up_timeout_seconds).toBe(60);
    await later(61, async () => {
      const expired = await thoth.hold(lazy.token, agentKey);
      expect(await contractIssues('getHold', expired)).toEqual([]);
      expect(expired.body).toMatchObject({ resolved: true, resolution: 'BLOCK', decision: 'BLOCK' });
      expect(expired.body.reason).toContain('timeout');
      const late = await resolve(lazy.approvalId, 'approve');
      expect([late.status, late.body.error]).toEqual([409, 'approval_expired']);
      const shown = await thoth.call('GET', `/thoth/x/approvals/${lazy.approvalId}`);
      expect(shown.body.status).toBe('expired');
    });
    await thoth.restart({ holdSeconds: 900 });
  });

  it('is swept without anybody asking, with evidence of its end', async () => {
    await thoth.restart({ holdSeconds: 1 });
    const { approvalId } = await held();
    await eventually('evidence of the end', async () => {
      const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
      return chain.body.data.find(
        (record: Row) =>
          record.kind === 'control.approval.expire' && JSON.stringify(record.target).includes(approvalId),
      );
    });
    await thoth.restart({ holdSeconds: 900 });
  });
});

describe('a hold whose caller gives up', () => {
  it('is withdrawn for good: for polls, in the queue, in evidence, for approvers and after a restart', async () => {
    const { token, approvalId } = await held();
    const withdrawn = await thoth.withdraw(token, agentKey);
    expect(withdrawn.status).toBe(200);
    expect(await contractIssues('withdrawHold', withdrawn)).toEqual([]);
    const end = { resolved: true, resolution: 'BLOCK', decision_reason_code: 'hold_withdrawn' };
    expect(withdrawn.body).toMatchObject(end);
    expect((await thoth.withdraw(token, agentKey)).body).toEqual(withdrawn.body);
    await thoth.restart();
    const polled = await thoth.hold(token, agentKey);
    expect(await contractIssues('getHold', polled)).toEqual([]);
    expect(polled.body).toEqual(withdrawn.body);

    const queue = await thoth.call('GET', '/thoth/approvals?status=pending');
    expect(queue.body.data.map((row: Row) => row.approval_id)).not.toContain(approvalId);
    const listed = await thoth.call('GET', '/thoth/approvals?status=withdrawn');
    expect(listed.body.data).toMatchObject([{ approval_id: approvalId, resolved_by: 'agent' }]);
    for (const verdict of ['approve', 'deny']) {
      const late = await resolve(approvalId, verdict);
      expect([late.status, late.body.error]).toEqual([409, 'approval_withdrawn']);
    }
    const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
    const ends = chain.body.data.filter(
      (record: Row) =>
        String(record.kind).startsWith('control.approval.') && JSON.stringify(record).includes(approvalId),
    );
    expect(ends).toMatchObject([{ kind: 'control.approval.withdraw', actor: { name: 'agent' } }]);
  });

  it("is nobody else's to withdraw, and none that was never issued", async () => {
    const { token } = await held();
    for (const other of [approver, thoth.adminToken, await thoth.key(['execute'], undefined, 'other')]) {
      expect((await thoth.withdraw(token, other)).status).toBe(403);
    }
    expect((await thoth.withdraw(token, await thoth.key(['execute'], 'another-bot'))).status).toBe(403);
    expect((await thoth.withdraw('hold_never', agentKey)).status).toBe(404);
    expect((await thoth.hold(token, agentKey)).body.resolved).toBe(false);
    // A rotated key bears the name of the one before.
    expect((await thoth.withdraw(token, await thoth.key(['execute'], undefined, 'agent'))).status).toBe(200);
  });

  it('keeps a verdict that came first', async () => {
    for (const [verdict, resolution] of [
      ['approve', 'ALLOW'],
      ['deny', 'BLOCK'],
    ] as const) {
      const { token, approvalId } = await held();
      await resolve(approvalId, verdict);
      const late = await thoth.withdraw(token, agentKey);
      expect([late.status, late.body.error.code]).toEqual([409, 'APPROVAL_ALREADY_RESOLVED']);
      expect((await thoth.hold(token, agentKey)).body).toMatchObject({ resolution, resolved_by: 'approver' });
    }
  });

  it('has exactly one end when a verdict and a withdrawal meet', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { token, approvalId } = await held();
      const [verdict, withdrawn] = await Promise.all(
        round % 2 === 0
          ? [resolve(approvalId, 'approve'), thoth.withdraw(token, agentKey)]
          : [thoth.withdraw(token, agentKey), resolve(approvalId, 'approve')].reverse(),
      );
      expect([verdict?.status, withdrawn?.status].sort()).toEqual([200, 409]);
      const { body } = await thoth.hold(token, agentKey);
      expect(body.resolution).toBe(verdict?.status === 200 ? 'ALLOW' : 'BLOCK');
    }
  });
});

describe('an approver', () => {
  it('sees what there is to judge, and no secret', async () => {
    const { approvalId } = await held({
      tool_args: { to: 'acme', token: 'very-secret' },
      session_intent: 'refund',
    });
    const shown = await thoth.call('GET', `/thoth/x/approvals/${approvalId}`, undefined, approver);
    expect(shown.body).toMatchObject({
      tool_name: 'search_web',
      request: { to: 'acme', token: '[redacted]' },
      requested_by: 'agent',
      session_intent: 'refund',
      status: 'pending',
      approvals: [],
    });
    expect(shown.body.matched_rule_ids).toHaveLength(1);
    expect(Date.parse(shown.body.expires_at)).toBeGreaterThan(Date.now());
    expect(JSON.stringify(shown.body)).not.toContain('very-secret');
  });

  it('cannot be the credential that made the call, nor one that may only execute', async () => {
    const reply = await thoth.enforce({
      session_id: 'self',
      enforcement_mode: 'step_up',
      tool_name: 'search_web',
    });
    const list = await thoth.call('GET', '/thoth/approvals?status=pending&limit=1');
    const [row] = list.body.data;
    expect(row.hold_token).toBe(reply.body.hold_token);
    const own = await resolve(row.approval_id, 'approve', thoth.adminToken);
    expect([own.status, own.body.error]).toEqual([403, 'self_approval_refused']);
    expect((await resolve(row.approval_id, 'deny', thoth.adminToken)).status).toBe(403);
    expect((await resolve(row.approval_id, 'approve', agentKey)).status).toBe(403);
    expect((await resolve(row.approval_id, 'approve', await thoth.key(['read', 'execute']))).status).toBe(
      403,
    );
    expect((await thoth.hold(reply.body.hold_token)).body.resolved).toBe(false);
  });

  it('may repeat a verdict and not contradict one', async () => {
    const { approvalId } = await held();
    const first = await resolve(approvalId, 'approve');
    const again = await resolve(approvalId, 'approved');
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({
      decision: 'approved',
      resolved_at: first.body.resolved_at,
      already_resolved: true,
    });
    expect(first.body).not.toHaveProperty('already_resolved');
    const against = await resolve(approvalId, 'deny');
    expect([against.status, against.body.error]).toEqual([409, 'approval_already_resolved']);
    expect((await resolve('apr_unknown', 'approve')).status).toBe(404);
    expect((await resolve(approvalId, 'perhaps')).status).toBe(400);
  });

  it('wins or loses a race, never both', async () => {
    const { approvalId, token } = await held();
    const other = await thoth.key(['write'], undefined, 'other approver');
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0 ? resolve(approvalId, 'approve') : resolve(approvalId, 'deny', other),
      ),
    );
    const words = new Set(
      replies.filter((reply) => reply.status === 200).map((reply) => reply.body.decision),
    );
    expect(words.size).toBe(1);
    const word = (await thoth.hold(token, agentKey)).body.resolution;
    expect(word).toBe(words.has('approve') ? 'ALLOW' : 'BLOCK');
  });
});

describe('a critical call', () => {
  const critical = { tool_name: 'wire_transfer' };

  it('needs two distinct approvers when the server says so', async () => {
    await thoth.restart({ criticalApprovers: 2 });
    const second = await thoth.key(['write'], undefined, 'second approver');
    const { approvalId, token } = await held(critical);
    const first = await resolve(approvalId, 'approve');
    expect(first.body).toMatchObject({ status: 'pending', resolved_by: null });
    expect((await resolve(approvalId, 'approve')).body.status).toBe('pending');
    // The same person with a second key is still one approver.
    const sameName = await thoth.key(['write'], undefined, 'approver');
    expect((await resolve(approvalId, 'approve', sameName)).body.status).toBe('pending');
    expect((await thoth.hold(token, agentKey)).body.resolved).toBe(false);
    const shown = await thoth.call('GET', `/thoth/x/approvals/${approvalId}`);
    expect(shown.body.required_approvers).toBe(2);
    expect(shown.body.approvals.map((vote: Row) => vote.resolved_by)).toContain('approver');

    expect((await resolve(approvalId, 'approve', second)).body.status).toBe('approved');
    expect((await thoth.hold(token, agentKey)).body.resolution).toBe('ALLOW');
  });

  it('is refused by a single denial', async () => {
    const { approvalId, token } = await held(critical);
    await resolve(approvalId, 'approve');
    expect(
      (await resolve(approvalId, 'blocked', await thoth.key(['write'], undefined, 'nay'))).body.status,
    ).toBe('denied');
    expect((await thoth.hold(token, agentKey)).body.resolution).toBe('BLOCK');
  });
});

describe('the queue', () => {
  it('pages, filters, and is complete without paging', async () => {
    const all = await thoth.call('GET', '/thoth/approvals');
    expect(all.body.data).toHaveLength(all.body.total);
    const created = all.body.data.map((row: Row) => row.created_at);
    expect(created).toEqual([...created].sort().reverse());
    const page = await thoth.call('GET', '/thoth/approvals?page=2&per_page=3');
    expect(page.body.data.map((row: Row) => row.approval_id)).toEqual(
      all.body.data.slice(3, 6).map((row: Row) => row.approval_id),
    );
    const denied = await thoth.call('GET', '/thoth/approvals?status=denied');
    expect(denied.body.data.every((row: Row) => row.status === 'denied')).toBe(true);
    expect((await thoth.call('GET', '/thoth/approvals?status=maybe')).status).toBe(400);
  });
});
