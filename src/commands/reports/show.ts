import { showCommand } from '../../cli/declare.js';
import { arg, Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getAirsReport',
  summary: 'Show a report snapshot',
  args: { report: arg({ description: 'report id, or latest', required: true }) },
  flags: { cadence: Flags.string({ description: 'with latest: only of 7d, 30d or custom' }) },
  path: ({ args }) => ({ reportId: args.report }),
  query: ({ flags }) => (flags.cadence ? { cadence: flags.cadence } : {}),
});
