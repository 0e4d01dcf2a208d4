import { listCommand } from '../../../cli/declare.js';
import { Flags } from '../../../cli/flags.js';
import { BUNDLE_COLUMNS } from '../../../policy/index.js';

export default listCommand({
  operation: 'listEffectivePolicyBundles',
  summary: 'List the policy bundles in force for an agent',
  description: 'Without an agent, those in force for every agent.',
  examples: ['<%= config.bin %> governance policy-bundles effective --agent-id payments-agent'],
  flags: {
    'agent-id': Flags.string({ description: 'agent the bundles apply to' }),
    framework: Flags.string({ description: 'only OPA or CEDAR' }),
  },
  query: ({ flags }) => ({
    ...(flags['agent-id'] && { agent_id: flags['agent-id'] }),
    ...(flags.framework && { framework: flags.framework }),
  }),
  columns: BUNDLE_COLUMNS,
  rows: (output) => output.data,
  empty: 'No policy bundle is in force here.',
});
