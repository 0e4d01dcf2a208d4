import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default listCommand({
  operation: 'listAlerts',
  summary: 'List alerts, newest first',
  flags: { limit: Flags.integer({ description: 'at most this many', min: 1 }) },
  query: ({ flags }) => (flags.limit ? { limit: flags.limit } : {}),
  columns: [
    { key: 'created_at', header: 'TIME', kind: 'time' },
    { key: 'severity', header: 'SEVERITY', kind: 'state' },
    { key: 'status', header: 'STATUS', kind: 'state', spare: true },
    { key: 'title', header: 'TITLE' },
    { key: 'agent_id', header: 'AGENT', kind: 'id' },
    { key: 'alert_id', header: 'ALERT', kind: 'id', spare: true },
  ],
  rows: (output) => output.items,
  empty: 'No alerts.',
});
