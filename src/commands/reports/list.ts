import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default listCommand({
  operation: 'listAirsReports',
  summary: 'List report snapshots, newest first',
  flags: {
    cadence: Flags.string({ description: 'only 7d, 30d or custom' }),
    limit: Flags.integer({ description: 'at most this many', min: 1 }),
  },
  query: ({ flags }) => ({
    ...(flags.cadence && { cadence: flags.cadence }),
    ...(flags.limit && { limit: flags.limit }),
  }),
  columns: [
    { key: 'report_id', header: 'REPORT', kind: 'id' },
    { key: 'cadence', header: 'CADENCE' },
    { key: 'status', header: 'STATUS', kind: 'state' },
    { key: 'generated_at', header: 'GENERATED', kind: 'time' },
  ],
  rows: (output) => output.data,
  empty: 'No snapshots. Take one with `thothctl reports generate`.',
});
