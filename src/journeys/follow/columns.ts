import type { Column } from '../../output/port.js';

export const VIOLATION_COLUMNS: readonly Column[] = [
  { key: 'occurred_at', header: 'TIME', kind: 'time' },
  { key: 'violation_id', header: 'VIOLATION', kind: 'id' },
  { key: 'decision', header: 'DECISION', kind: 'state' },
  { key: 'tool_name', header: 'TOOL' },
  { key: 'agent_id', header: 'AGENT', kind: 'id' },
  { key: 'severity', header: 'SEVERITY', spare: true },
  { key: 'policy_references', header: 'POLICY', spare: true },
];

export const FEED_COLUMNS: readonly Column[] = [
  { key: 'occurred_at', header: 'TIME', kind: 'time' },
  { key: 'decision', header: 'DECISION', kind: 'state' },
  { key: 'tool_name', header: 'TOOL' },
  { key: 'agent_id', header: 'AGENT', kind: 'id' },
  { key: 'decision_reason_code', header: 'REASON' },
  { key: 'event_id', header: 'EVENT', kind: 'id', spare: true },
];
