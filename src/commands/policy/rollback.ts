import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { provenanceFlags } from '../../cli/provenance-flags.js';
import { applySteps, COPY_COLUMNS, copyRows, planRollback, readProvenance } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyRollback extends ThothCommand<typeof PolicyRollback> {
  static override summary = 'Put an earlier version of a bundle in force again, as a new version';
  static override description =
    'Without --to it is the latest version before the one in force that said something else. The directory keeps what it says: the next push sends it again.';
  static override examples = ['<%= config.bin %> policy rollback dlp --to 3'];
  static override exitCodes = ['notFound', 'conflict'] as const;
  static override args = { name: arg({ description: 'bundle name', required: true }) };
  static override flags = {
    ...dryRunFlag,
    to: Flags.integer({ description: 'version to restore', min: 1, helpValue: '<version>' }),
    ...provenanceFlags,
  };

  async execute(): Promise<Result> {
    const api = await this.api({ longLived: true });
    const step = await planRollback(api, this.args.name, { to: this.flags.to, signal: this.signal });
    const { 'git-commit': commit, 'git-author': author, 'run-url': runUrl } = this.flags;
    const restored = this.dryRun
      ? []
      : await applySteps(api, [step], {
          oneByOne: false,
          provenance: await readProvenance(undefined, { commit, author, runUrl }),
          signal: this.signal,
        });
    const rows = copyRows([step], restored);
    return {
      data: { dry_run: this.dryRun, tenant_id: api.tenantId, rollback: rows, restored },
      view: { kind: 'table', columns: COPY_COLUMNS, rows },
      rows,
    };
  }
}
