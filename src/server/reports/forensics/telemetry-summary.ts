import type { EvidenceRecord } from '../../../evidence/types.js';
import { tokenUsage } from '../token-usage.js';
import { textMember } from '../stored-record.js';
import type { SessionHistory } from './session-history.js';

/** Somebody judged a held call. */
const RESOLUTIONS = new Set(
  ['approve', 'deny', 'self_approve', 'self_decline'].map((verb) => `control.approval.${verb}`),
);

/** Counts and times of a session, as far as they were recorded. */
export function telemetrySummary(
  { records, events, omitted }: SessionHistory,
  decisions: readonly EvidenceRecord[],
): Record<string, unknown> {
  const times = [
    ...records.map((record) => Date.parse(textMember(record, 'occurred_at') ?? '')),
    ...events.map((event) => event.occurredAt),
  ].filter((time) => !Number.isNaN(time));
  const started = times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b));
  const ended = times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
  return {
    decisions: decisions.length,
    decisions_by_outcome: counted(decisions.map((record) => textMember(record, 'decision'))),
    violations: decisions.filter((record) => textMember(record, 'violation_id') !== undefined).length,
    approvals_resolved: records.filter((record) => RESOLUTIONS.has(String(record['kind']))).length,
    events: events.length,
    events_by_type: counted(events.map((event) => event.eventType)),
    total_tokens: events.reduce((sum, event) => sum + (tokenUsage(event.body)?.total ?? 0), 0),
    started_at: started === null ? null : new Date(started).toISOString(),
    ended_at: ended === null ? null : new Date(ended).toISOString(),
    duration_seconds: started === null || ended === null ? 0 : (ended - started) / 1000,
    omitted,
  };
}

function counted(words: readonly (string | undefined)[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}
