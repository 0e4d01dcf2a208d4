import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'listAgents',
  summary: 'List agents the tenant knows and the tools they may call',
  columns: [
    { key: 'agent_id', header: 'AGENT', kind: 'id' },
    { key: 'approved_scope', header: 'APPROVED SCOPE' },
    { key: 'last_seen_at', header: 'LAST SEEN', kind: 'time' },
  ],
  rows: (output) => output.data,
  empty: 'No agents yet. An agent appears with its first call, or with `thothctl agents scope set`.',
});
