import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'listFleets',
  summary: 'List fleets with the state of their endpoints',
  columns: [
    { key: 'fleet_id', header: 'FLEET', kind: 'id' },
    { key: 'name', header: 'NAME' },
    { key: 'status', header: 'STATUS', kind: 'state' },
    { key: 'region', header: 'REGION', spare: true },
    { key: 'provider', header: 'PROVIDER', spare: true },
    { key: 'endpoint_count', header: 'ENDPOINTS', kind: 'number' },
    { key: 'compliance_pct', header: 'COMPLIANT %', kind: 'number', spare: true },
    { key: 'drift_pct', header: 'DRIFT %', kind: 'number', spare: true },
  ],
  rows: (output) => output.data,
  empty: 'No fleets. Create one with `thothctl fleets create`.',
});
