import { describe, expect, it } from 'vitest';
import { burstAlert, severeAlert } from '../../../src/server/reports/alert-row.js';
import { feedRow } from '../../../src/server/reports/feed-row.js';
import { storedRecord } from '../../../src/server/reports/stored-record.js';
import { violationRow } from '../../../src/server/reports/violation-row.js';
import { decisionRecord } from './records.js';

describe('a feed row', () => {
  it('has what was recorded and nothing else', () => {
    const row = feedRow(decisionRecord(3, { session_intent: 'refund' }));
    expect(row).toMatchObject({
      event_id: 'acme:dec_3',
      decision: 'BLOCK',
      authorization_decision: 'BLOCK',
      session_intent: 'refund',
      chain_index: 3,
    });
    for (const absent of ['purpose', 'hold_token', 'hash', 'signature', 'requested_by', 'model_signals']) {
      expect(row).not.toHaveProperty(absent);
    }
  });
});

describe('a violation row', () => {
  it('takes id and severity from the record', () => {
    expect(violationRow(decisionRecord(4, { risk_tier: 'critical' }))).toMatchObject({
      id: 'vio_4',
      violation_id: 'vio_4',
      severity: 'critical',
      metadata: { decision_reason_code: 'tool_not_in_approved_scope' },
    });
  });
});

describe('alerts', () => {
  it('of a violation take its id, tier and state', () => {
    const record = decisionRecord(3, { risk_tier: 'critical' });
    expect(severeAlert(record, false)).toMatchObject({
      alert_id: 'alr_vio_3',
      severity: 'critical',
      status: 'open',
    });
    expect(severeAlert(record, true)).toMatchObject({ status: 'resolved' });
  });

  it('of a burst name its violations, oldest first', () => {
    expect(burstAlert(decisionRecord(2), ['vio_1', 'vio_2'])).toMatchObject({
      alert_id: 'alr_burst_vio_1',
      violation_id: 'vio_2',
      agent_id: 'bot',
      metadata: { violation_ids: ['vio_1', 'vio_2'] },
    });
  });
});

describe('a stored record', () => {
  it('without its chain members is reported as damage, not shown', () => {
    expect(() => storedRecord('{"kind":"decision"}')).toThrow(/chain members/);
    expect(() => storedRecord('[]')).toThrow();
  });
});
