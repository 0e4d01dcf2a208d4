import { describe, expect, it } from 'vitest';
import { alertsOf, BURST_SIZE } from '../../../src/server/reports/alert-rules.js';
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
  const none = new Set<string>();
  it('are raised for high and critical violations only, newest first', () => {
    const records = [
      decisionRecord(3, { risk_tier: 'critical' }),
      decisionRecord(2),
      decisionRecord(1, { risk_tier: 'high' }),
    ];
    const alerts = alertsOf(records, new Set(['vio_1']));
    expect(alerts).toMatchObject([
      { alert_id: 'alr_vio_3', severity: 'critical', status: 'open' },
      { alert_id: 'alr_vio_1', severity: 'high', status: 'resolved' },
    ]);
  });

  it('tell a burst of one agent once, and the same history always gives the same alerts', () => {
    const records = Array.from({ length: BURST_SIZE + 2 }, (_, at) => decisionRecord(at + 1)).reverse();
    const alerts = alertsOf(records, none);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({ agent_id: 'bot', severity: 'high', alert_id: 'alr_burst_vio_1' });
    expect(alertsOf(records, none)).toEqual(alerts);
  });

  it('see no burst in violations that are far apart or of different agents', () => {
    const hourly = Array.from({ length: 8 }, (_, at) =>
      decisionRecord(at + 1, { occurred_at: new Date(Date.UTC(2026, 0, 1, at)).toISOString() }),
    ).reverse();
    expect(alertsOf(hourly, none)).toEqual([]);
    const spread = Array.from({ length: 8 }, (_, at) =>
      decisionRecord(at + 1, { agent_id: `bot-${at}` }),
    ).reverse();
    expect(alertsOf(spread, none)).toEqual([]);
  });
});

describe('a stored record', () => {
  it('without its chain members is reported as damage, not shown', () => {
    expect(() => storedRecord('{"kind":"decision"}')).toThrow(/chain members/);
    expect(() => storedRecord('[]')).toThrow();
  });
});
