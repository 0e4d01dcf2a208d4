import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeSeconds } from '../../../src/server/enforce/decision-reply.js';
import { holdReply, type ApprovalRow } from '../../../src/server/enforce/hold-reply.js';

const row = (members: Partial<ApprovalRow> = {}): ApprovalRow => ({
  tenant_id: 'acme',
  approval_id: 'apr_1',
  hold_token: 'hold_1',
  status: 'pending',
  agent_id: 'bot',
  user_id: null,
  session_id: 's',
  tool_name: 'pay',
  environment: 'prod',
  risk_tier: 'low',
  risk_score: 1,
  violation_id: 'vio_1',
  reason: 'needs approval',
  rule_ids: '[]',
  request: '{}',
  requested_by: 'key_1',
  required_approvers: 1,
  chain_index: 1,
  created_at: 0,
  expires_at: 1000,
  resolved_at: null,
  resolved_by: null,
  decision_literal: null,
  resolution_reason: null,
  ...members,
});

describe('seconds on the wire', () => {
  it('are whole, never negative and always a date that exists', () => {
    fc.assert(
      fc.property(fc.double(), (seconds) => {
        const whole = wholeSeconds(seconds);
        expect(Number.isInteger(whole)).toBe(true);
        expect(whole).toBeGreaterThanOrEqual(0);
        expect(() => new Date(Date.now() + whole * 1000).toISOString()).not.toThrow();
        expect(JSON.stringify(whole)).toMatch(/^\d+$/);
      }),
    );
  });
});

describe('a hold on the wire', () => {
  it('is only ever pending, ALLOW or BLOCK, with the same word in every member', () => {
    expect(holdReply(row())).toMatchObject({ resolved: false, decision: 'STEP_UP' });
    for (const [status, word] of [
      ['approved', 'ALLOW'],
      ['denied', 'BLOCK'],
      ['expired', 'BLOCK'],
      ['a state of a later release', 'BLOCK'],
    ] as const) {
      expect(holdReply(row({ status, resolved_at: 5, resolved_by: 'lead' }))).toMatchObject({
        resolved: true,
        resolution: word,
        decision: word,
        authorization_decision: word,
        violation_id: 'vio_1',
      });
    }
  });

  it('passes on the words of the approver, in bounds', () => {
    const told = holdReply(
      row({ status: 'denied', resolved_by: 'lead', resolution_reason: 'x'.repeat(5000) }),
    );
    expect(JSON.stringify(told)).toContain('denied by lead: xxx');
    expect(JSON.stringify(told).length).toBeLessThan(1000);
  });
});
