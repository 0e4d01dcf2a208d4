import { listCommand } from '../../cli/declare.js';
import { KEY_COLUMNS } from '../../journeys/api-keys/columns.js';

export default listCommand({
  operation: 'listApiKeys',
  summary: 'List API keys, also revoked and expired ones',
  columns: KEY_COLUMNS,
  rows: (output) => output.api_keys,
  empty: 'No API keys yet. Create one with `thothctl api-keys create`.',
});
