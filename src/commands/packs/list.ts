import { listCommand } from '../../cli/declare.js';

export default listCommand({
  operation: 'listGovernancePacks',
  summary: 'List the catalogue of compliance packs',
  hiddenAliases: ['governance:packs'],
  columns: [
    { key: 'pack_id', header: 'PACK', kind: 'id' },
    { key: 'display_name', header: 'NAME' },
    { key: 'regulation', header: 'REGIME' },
    { key: 'rule_version', header: 'RULES VERSION', kind: 'number' },
    { key: 'rule_count', header: 'RULES', kind: 'number' },
    { key: 'description', header: 'DESCRIPTION' },
  ],
  rows: (output) => output.packs.map((pack) => ({ ...pack })),
});
