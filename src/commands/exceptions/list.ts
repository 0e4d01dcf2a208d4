import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';
import { EXCEPTION_COLUMNS, EXCEPTION_STATES } from '../../journeys/exceptions/index.js';

export default listCommand({
  operation: 'listPolicyExceptions',
  summary: 'List policy exceptions, newest first',
  flags: {
    status: Flags.option({ options: EXCEPTION_STATES, description: 'only exceptions in this state' })(),
    'requested-by': Flags.string({ description: 'only those asked for by this person' }),
    'reviewed-by': Flags.string({ description: 'only those reviewed by this person' }),
    limit: Flags.integer({ description: 'at most this many', min: 1 }),
    offset: Flags.integer({ description: 'skip this many', min: 0 }),
  },
  query: ({ flags }) => ({
    ...(flags.status && { status: flags.status }),
    ...(flags['requested-by'] && { requested_by: flags['requested-by'] }),
    ...(flags['reviewed-by'] && { reviewed_by: flags['reviewed-by'] }),
    ...(flags.limit && { limit: flags.limit }),
    ...(flags.offset && { offset: flags.offset }),
  }),
  columns: EXCEPTION_COLUMNS,
  rows: (output) => output.data.map((row) => ({ ...row })),
  empty: 'No exception was asked for. Ask with `thothctl exceptions request`.',
});
