import { showCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getReportsOverview',
  summary: 'Show totals of the tenant',
  hiddenAliases: ['governance:reports-overview'],
  flags: {
    days: Flags.integer({ description: 'days to look back', min: 1 }),
  },
  query: ({ flags }) => ({
    ...(flags.days && { days: flags.days }),
  }),
});
