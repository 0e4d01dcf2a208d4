import type { EvidenceRecord } from '../../evidence/types.js';
import { present, textMember } from './stored-record.js';

/** As many violations of one agent within the window are a burst. */
export const BURST_SIZE = 5;
const BURST_WINDOW_MS = 10 * 60_000;
const SEVERE = new Set(['high', 'critical']);

/**
 * Alerts that follow from recorded violations, newest first: one for each of high or critical tier, and one for each
 * burst. Ids derive from the violations, so that the same history always gives the same alerts. `records` newest first.
 */
export function alertsOf(records: readonly EvidenceRecord[], resolved: ReadonlySet<string>): object[] {
  const alerts = [...records.flatMap((record) => severeAlert(record, resolved)), ...bursts(records)];
  return alerts.sort((a, b) => b.index - a.index).map(({ alert }) => alert);
}

interface Ranked {
  readonly index: number;
  readonly alert: object;
}

function severeAlert(record: EvidenceRecord, resolved: ReadonlySet<string>): Ranked[] {
  const tier = textMember(record, 'risk_tier');
  const violationId = textMember(record, 'violation_id');
  if (tier === undefined || violationId === undefined || !SEVERE.has(tier)) return [];
  return [
    {
      index: record.chain_index,
      alert: {
        alert_id: `alr_${violationId}`,
        severity: tier,
        title: `${textMember(record, 'decision') ?? 'violation'}: ${textMember(record, 'tool_name') ?? 'unnamed tool'}`,
        status: resolved.has(violationId) ? 'resolved' : 'open',
        agent_id: textMember(record, 'agent_id') ?? null,
        violation_id: violationId,
        metadata: present(record, [
          'decision_reason_code',
          'reason',
          'session_id',
          'tool_name',
          'risk_score',
        ]),
        created_at: textMember(record, 'occurred_at'),
      },
    },
  ];
}

function bursts(records: readonly EvidenceRecord[]): Ranked[] {
  const open = new Map<string, EvidenceRecord[]>();
  const found: Ranked[] = [];
  for (const record of records.toReversed()) {
    const agent = textMember(record, 'agent_id');
    if (agent === undefined || agent === '') continue;
    const recent = (open.get(agent) ?? []).filter(
      (earlier) => time(record) - time(earlier) <= BURST_WINDOW_MS,
    );
    recent.push(record);
    // The burst is told once, when it reaches its size; the next one starts to count from nothing.
    if (recent.length >= BURST_SIZE) found.push(burstAlert(agent, recent));
    open.set(agent, recent.length >= BURST_SIZE ? [] : recent);
  }
  return found;
}

function burstAlert(agent: string, records: readonly EvidenceRecord[]): Ranked {
  const [first] = records;
  const last = records.at(-1);
  const violations = records.map((record) => textMember(record, 'violation_id'));
  return {
    index: last?.chain_index ?? 0,
    alert: {
      alert_id: `alr_burst_${first === undefined ? '' : (textMember(first, 'violation_id') ?? '')}`,
      severity: 'high',
      title: `${records.length} violations of ${agent} within ten minutes`,
      status: 'open',
      agent_id: agent,
      violation_id: violations.at(-1) ?? null,
      metadata: { violation_ids: violations },
      created_at: last === undefined ? undefined : textMember(last, 'occurred_at'),
    },
  };
}

function time(record: EvidenceRecord): number {
  return Date.parse(textMember(record, 'occurred_at') ?? '');
}
