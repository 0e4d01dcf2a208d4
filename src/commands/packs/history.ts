import { listCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default listCommand({
  operation: 'listGovernancePackRuleVersions',
  summary: 'List the rule versions of a pack, newest first',
  args: { pack: arg({ description: 'pack id, as `packs list` shows it', required: true }) },
  path: ({ args }) => ({ packId: args.pack }),
  columns: [
    { key: 'rule_version', header: 'RULES VERSION', kind: 'number' },
    { key: 'base_pack_version', header: 'PACK VERSION' },
    { key: 'active', header: 'NEWEST', kind: 'state' },
    { key: 'rules', header: 'RULES', kind: 'number' },
    { key: 'created_at', header: 'CREATED', kind: 'time' },
  ],
  rows: (output) => output.versions.map((version) => ({ ...version, rules: version.rules?.length ?? 0 })),
});
