import { listCommand } from '../../../cli/declare.js';
import { Flags } from '../../../cli/flags.js';
import { BUNDLE_COLUMNS, POLICY_MODES } from '../../../policy/index.js';

export default listCommand({
  operation: 'listPolicyBundles',
  summary: 'List policy bundles with every version',
  flags: {
    framework: Flags.string({ description: 'only OPA or CEDAR' }),
    status: Flags.option({
      options: ['active', 'staged', 'paused', 'disabled'] as const,
      description: 'only bundles in this status',
    })(),
    'enforcement-mode': Flags.option({ options: POLICY_MODES, description: 'only bundles in this mode' })(),
    assignment: Flags.string({ description: 'only bundles assigned to exactly this' }),
  },
  query: ({ flags }) => ({
    ...(flags.framework && { framework: flags.framework }),
    ...(flags.status && { status: flags.status }),
    ...(flags['enforcement-mode'] && { enforcement_mode: flags['enforcement-mode'] }),
    ...(flags.assignment && { assignment: flags.assignment }),
  }),
  columns: BUNDLE_COLUMNS,
  rows: (output) => output.data,
  empty: 'No policy bundles yet. Send some with `thothctl policy push DIR`.',
});
