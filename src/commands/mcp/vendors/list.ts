import { listCommand } from '../../../cli/declare.js';
import { booleanValue } from '../../../cli/flags.js';
import { VENDOR_COLUMNS } from '../../../journeys/mcp/index.js';

export default listCommand({
  operation: 'listMcpVendors',
  summary: 'List MCP vendors',
  flags: { approved: booleanValue({ description: 'only vendors that are approved, or that are not' }) },
  query: ({ flags }) => ({ ...(flags.approved !== undefined && { approved: flags.approved }) }),
  columns: VENDOR_COLUMNS,
  rows: (output) => output.data,
  empty: 'No MCP vendors yet. Add one with `thothctl mcp vendors create`.',
});
