import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';
import { INVENTORY_COLUMNS } from '../../journeys/mcp/index.js';

export default listCommand({
  operation: 'getMcpInventoryReport',
  summary: 'Show MCP traffic per endpoint, unapproved calls first',
  flags: {
    'window-hours': Flags.integer({ description: 'hours to look back, 168 by default', min: 1, max: 4320 }),
  },
  query: ({ flags }) => ({ ...(flags['window-hours'] && { window_hours: flags['window-hours'] }) }),
  columns: INVENTORY_COLUMNS,
  rows: (output) => output.data,
  empty: 'No calls to MCP servers in this window.',
});
