import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';
import { APPROVAL_COLUMNS } from '../../journeys/approvals/index.js';

export default listCommand({
  operation: 'listApprovals',
  summary: 'List step-up approvals, newest first',
  flags: {
    status: Flags.option({
      options: ['pending', 'approved', 'denied', 'expired', 'withdrawn'] as const,
      description: 'only approvals in this state',
    })(),
    limit: Flags.integer({ description: 'at most this many', min: 1 }),
    page: Flags.integer({ description: 'page, from 1', min: 1 }),
    'per-page': Flags.integer({ description: 'rows of a page', min: 1 }),
  },
  query: ({ flags }) => ({
    ...(flags.status && { status: flags.status }),
    ...(flags.limit && { limit: flags.limit }),
    ...(flags.page && { page: flags.page }),
    ...(flags['per-page'] && { per_page: flags['per-page'] }),
  }),
  columns: APPROVAL_COLUMNS,
  rows: (output) => output.data,
  empty: 'The queue is empty.',
});
