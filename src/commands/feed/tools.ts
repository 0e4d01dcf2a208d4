import { listCommand } from '../../cli/declare.js';
import { TOOL_COLUMNS, toolFlags, toolQuery } from '../../journeys/governance-tools/index.js';

export default listCommand({
  operation: 'listGovernanceTools',
  summary: 'Show per tool how calls were decided',
  flags: toolFlags,
  query: ({ flags }) => toolQuery(flags),
  columns: TOOL_COLUMNS,
  rows: (output) => output.data,
  empty: 'No tool calls yet.',
});
