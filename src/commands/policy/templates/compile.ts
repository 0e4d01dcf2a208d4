import { ThothCommand } from '../../../cli/command.js';
import { arg, dryRunFlag, Flags, repeatable } from '../../../cli/flags.js';
import { compileTemplates, faultText } from '../../../policy/index.js';
import type { Result } from '../../../output/port.js';

const COLUMNS = [
  { key: 'change', header: 'CHANGE', kind: 'state' },
  { key: 'file', header: 'FILE' },
] as const;

export default class PolicyTemplatesCompile extends ThothCommand<typeof PolicyTemplatesCompile> {
  static override summary = 'Compile principals, resources and grants into scopes, packs and policies';
  static override description =
    'Reads principals.yaml, resources.yaml and grants.yaml, lists every fault at once, and writes a folder that `apply`, `policy push`, `agents scope set --file` and `packs apply --file` take. ' +
    'The same templates always give the same files; compiling again changes nothing.';
  static override examples = [
    '<%= config.bin %> policy templates compile access/ --out compiled',
    '<%= config.bin %> policy templates compile access/ --out compiled --check',
    '<%= config.bin %> policy templates compile access/ --out compiled --pack soc2-type2',
  ];
  static override exitCodes = ['differences', 'conflict'] as const;
  static override args = {
    path: arg({ description: 'folder with the three templates', required: true }),
  };
  static override flags = {
    ...dryRunFlag,
    out: Flags.string({ description: 'folder to write to', helpValue: '<dir>', required: true }),
    check: Flags.boolean({
      description: 'write nothing; exit 3 when the folder is not current',
      default: false,
    }),
    pack: repeatable({ description: 'pack the agents get besides those grants.yaml names; repeatable' }),
    overwrite: Flags.boolean({ description: 'replace compiled files that were edited', default: false }),
  };

  async execute(): Promise<Result> {
    const { check } = this.flags;
    const report = await compileTemplates(this.args.path, this.flags.out, {
      packs: this.flags.pack ?? [],
      write: !check && !this.dryRun,
      overwrite: this.flags.overwrite,
    });
    for (const fault of report.diagnostics) this.out.warn(faultText(fault));
    const { changes, files, agents, roles, out } = report;
    this.out.notice(
      changes.length === 0
        ? `${out} is current: ${files.length} files for ${agents} agents and ${roles} roles.`
        : `${changes.length} of ${files.length} files ${check ? 'are not current' : this.dryRun ? 'would change' : 'changed'} in ${out}.`,
    );
    return {
      data: report,
      view: {
        kind: 'table',
        columns: COLUMNS,
        rows: changes.map((change) => ({ ...change })),
        empty: 'Nothing to do.',
      },
      ...(check && changes.length > 0 && { exit: 'differences' }),
    };
  }
}
