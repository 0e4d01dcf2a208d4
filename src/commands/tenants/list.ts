import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'listTenants',
  summary: 'List the tenants of this installation (local control plane)',
  columns: [
    { key: 'tenant_id', header: 'TENANT', kind: 'id' },
    { key: 'owner', header: 'OWNER', kind: 'state' },
    { key: 'created_at', header: 'CREATED', kind: 'time' },
  ],
  rows: (output) => output.data,
});
