import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';
import { PACK_STATE_COLUMNS, packStates } from '../../journeys/packs/index.js';

export default listCommand({
  operation: 'getPackRuntimeStatus',
  summary: 'Show which packs govern which agents, and where that has drifted from the catalogue',
  hiddenAliases: ['governance:runtime-status'],
  flags: {
    environment: Flags.string({ description: 'only packs in force there: dev or prod', helpValue: '<name>' }),
  },
  query: ({ flags }) => ({ ...(flags.environment && { env: flags.environment }) }),
  columns: PACK_STATE_COLUMNS,
  rows: packStates,
  empty: 'No pack is assigned to an agent. Assign one with `thothctl packs apply`.',
});
