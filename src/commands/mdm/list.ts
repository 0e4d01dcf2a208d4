import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'listMdmProviders',
  summary: 'List MDM providers and their latest sync',
  columns: [
    { key: 'provider', header: 'PROVIDER', kind: 'id' },
    { key: 'name', header: 'NAME' },
    { key: 'enabled', header: 'ENABLED', kind: 'state' },
    { key: 'status', header: 'STATUS', kind: 'state' },
    { key: 'last_sync_status', header: 'LAST SYNC', kind: 'state', spare: true },
    { key: 'last_sync_at', header: 'SYNCED', kind: 'time' },
    { key: 'synced_endpoints', header: 'ENDPOINTS', kind: 'number', spare: true },
    { key: 'last_error', header: 'ERROR' },
  ],
  rows: (output) => output.data,
  empty: 'No MDM providers yet. Add one with `thothctl mdm upsert`.',
});
