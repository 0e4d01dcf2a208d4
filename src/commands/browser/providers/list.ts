import { listCommand } from '../../../cli/declare.js';
import { PROVIDER_COLUMNS } from '../../../journeys/browser/index.js';

export default listCommand({
  operation: 'listBrowserProviders',
  summary: 'List browser integrations',
  columns: PROVIDER_COLUMNS,
  rows: (output) => output.data,
  empty: 'No browser integrations yet. Add one with `thothctl browser providers upsert`.',
});
