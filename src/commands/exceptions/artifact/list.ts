import { listCommand } from '../../../cli/declare.js';
import { Flags } from '../../../cli/flags.js';
import { ARTIFACT_COLUMNS } from '../../../journeys/exceptions/index.js';

export default listCommand({
  operation: 'listPolicyChangeArtifacts',
  summary: 'List the policy changes of approved exceptions',
  flags: {
    'target-environment': Flags.string({ description: 'only those for this environment' }),
    limit: Flags.integer({ description: 'at most this many', min: 1 }),
    offset: Flags.integer({ description: 'skip this many', min: 0 }),
  },
  query: ({ flags }) => ({
    ...(flags['target-environment'] && { target_environment: flags['target-environment'] }),
    ...(flags.limit && { limit: flags.limit }),
    ...(flags.offset && { offset: flags.offset }),
  }),
  columns: ARTIFACT_COLUMNS,
  rows: (output) => output.data.map((row) => ({ ...row })),
  empty: 'No exception was approved yet.',
});
