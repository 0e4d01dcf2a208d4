import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'getAgentStats',
  summary: 'Show per agent how its calls were decided',
  columns: [
    { key: 'agent_id', header: 'AGENT', kind: 'id' },
    { key: 'sessions', header: 'SESSIONS', kind: 'number' },
    { key: 'calls', header: 'CALLS', kind: 'number' },
    { key: 'allowed', header: 'ALLOWED', kind: 'number' },
    { key: 'stepped_up', header: 'STEPPED UP', kind: 'number' },
    { key: 'blocked', header: 'BLOCKED', kind: 'number' },
    { key: 'violations', header: 'VIOLATIONS', kind: 'number' },
    { key: 'avg_risk_score', header: 'MEAN RISK', kind: 'number' },
    { key: 'last_seen_at', header: 'LAST SEEN', kind: 'time' },
  ],
  rows: (output) => output.items,
  empty: 'No calls yet.',
});
