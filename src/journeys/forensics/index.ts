import type { OperationOutput } from '../../contract/index.js';
import { fieldsOf } from '../../output/record.js';
import { itemsOf } from '../../output/rows.js';
import type { Column, View } from '../../output/port.js';

const TIMELINE_COLUMNS: readonly Column[] = [
  { key: 'occurred_at', header: 'TIME', kind: 'time' },
  { key: 'source', header: 'SOURCE' },
  { key: 'what', header: 'WHAT' },
  { key: 'tool_name', header: 'TOOL' },
  { key: 'decision', header: 'DECISION', kind: 'state' },
  { key: 'decision_reason_code', header: 'REASON' },
  { key: 'violation_id', header: 'VIOLATION', kind: 'id' },
];

const TOOL_COLUMNS: readonly Column[] = [
  { key: 'tool_name', header: 'TOOL' },
  { key: 'calls', header: 'CALLS', kind: 'number' },
  { key: 'refused', header: 'REFUSED', kind: 'number' },
  { key: 'action_classification', header: 'ACTION' },
  { key: 'risk_tier', header: 'RISK', kind: 'state' },
];

/** A session under investigation: what it was, what it could reach, and what happened in it. */
export function investigationView(output: OperationOutput<'getSessionForensics'>): View {
  const { tools: listed, ...surface } = output.attack_surface;
  const tools = itemsOf(listed);
  return {
    kind: 'sections',
    sections: [
      {
        title: 'SESSION',
        view: {
          kind: 'record',
          fields: [
            { label: 'session', value: output.session_id, kind: 'id' },
            { label: 'agent', value: output.agent_id ?? null, kind: 'id' },
            { label: 'risk score', value: output.risk_score, kind: 'number' },
            ...fieldsOf(output.telemetry_summary),
          ],
        },
      },
      { title: 'ATTACK SURFACE', view: { kind: 'record', fields: fieldsOf(surface) } },
      {
        title: 'TOOLS',
        view: { kind: 'table', columns: TOOL_COLUMNS, rows: tools, empty: 'No tool was called.' },
      },
      {
        title: 'EVENTS',
        view: {
          kind: 'table',
          columns: TIMELINE_COLUMNS,
          rows: output.events.map((event) => ({
            ...event,
            what: event['event_type'] ?? event['kind'] ?? null,
          })),
          empty: 'No events.',
        },
      },
    ],
  };
}
