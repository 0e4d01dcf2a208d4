import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'listFleets',
  summary: 'List fleets with the state of their endpoints',
  columns: [
    { key: 'fleet_id', header: 'FLEET', kind: 'id' },
    { key: 'name', header: 'NAME' },
    { key: 'status', header: 'STATUS', kind: 'state' },
    { key: 'region', header: 'REGION' },
    { key: 'provider', header: 'PROVIDER' },
    { key: 'endpoint_count', header: 'ENDPOINTS', kind: 'number' },
    { key: 'compliance_pct', header: 'COMPLIANT %', kind: 'number' },
    { key: 'drift_pct', header: 'DRIFT %', kind: 'number' },
  ],
  rows: (output) => output.data,
  empty: 'No fleets. Create one with `thothctl fleets create`.',
});
