import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';
import { VIOLATION_COLUMNS } from '../../journeys/follow/index.js';

export default listCommand({
  operation: 'listViolations',
  summary: 'List violations, newest first',
  flags: { limit: Flags.integer({ description: 'at most this many', min: 1 }) },
  query: ({ flags }) => (flags.limit ? { limit: flags.limit } : {}),
  columns: VIOLATION_COLUMNS,
  rows: (output) => output.items,
  empty: 'No violations.',
});
