import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default listCommand({
  operation: 'getEvidenceChain',
  summary: 'List records of the evidence chain, oldest first',
  flags: {
    limit: Flags.integer({ description: 'records of the slice', min: 1, max: 500 }),
    'from-sequence': Flags.integer({ description: 'only records after this index', min: 0 }),
  },
  query: ({ flags }) => ({
    ...(flags.limit && { limit: flags.limit }),
    ...(flags['from-sequence'] !== undefined && { from_sequence: flags['from-sequence'] }),
  }),
  columns: [
    { key: 'chain_index', header: 'INDEX', kind: 'number' },
    { key: 'occurred_at', header: 'TIME', kind: 'time' },
    { key: 'kind', header: 'KIND' },
    { key: 'decision', header: 'DECISION', kind: 'state' },
    { key: 'tool_name', header: 'TOOL' },
    { key: 'session_id', header: 'SESSION', kind: 'id', spare: true },
    { key: 'hash', header: 'HASH', kind: 'id', spare: true },
  ],
  rows: (output) => output.data,
  empty: 'The chain is empty.',
});
