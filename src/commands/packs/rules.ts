import { listCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default listCommand({
  operation: 'getGovernancePackRules',
  summary: 'Show the rules of a pack in their newest version',
  args: { pack: arg({ description: 'pack id, as `packs list` shows it', required: true }) },
  path: ({ args }) => ({ packId: args.pack }),
  columns: [
    { key: 'id', header: 'RULE', kind: 'id' },
    { key: 'effect', header: 'EFFECT', kind: 'state' },
    { key: 'control', header: 'CONTROL' },
    { key: 'when', header: 'WHEN' },
    { key: 'reason', header: 'REASON' },
  ],
  rows: (output) => (output.current_version.rules ?? []).map((rule) => ({ ...rule })),
});
