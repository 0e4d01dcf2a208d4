import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'listEvidenceKeys',
  summary: 'List the public keys that sign evidence',
  columns: [
    { key: 'key_id', header: 'KEY', kind: 'id' },
    { key: 'algorithm', header: 'ALGORITHM' },
    { key: 'created_at', header: 'CREATED', kind: 'time' },
    { key: 'retired_at', header: 'RETIRED', kind: 'time' },
  ],
  rows: (output) => output.keys,
});
