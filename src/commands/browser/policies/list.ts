import { listCommand } from '../../../cli/declare.js';
import { Flags } from '../../../cli/flags.js';
import { BROWSERS, POLICY_COLUMNS } from '../../../journeys/browser/index.js';

export default listCommand({
  operation: 'listBrowserPolicies',
  summary: 'List browser policies, inactive ones too',
  flags: { provider: Flags.option({ options: BROWSERS, description: 'only policies of this browser' })() },
  query: ({ flags }) => ({ ...(flags.provider && { provider: flags.provider }) }),
  columns: POLICY_COLUMNS,
  rows: (output) => output.data,
  empty: 'No browser policies yet. Add one with `thothctl browser policies upsert`.',
});
