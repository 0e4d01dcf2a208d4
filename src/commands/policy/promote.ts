import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { provenanceFlags } from '../../cli/provenance-flags.js';
import { usageError } from '../../errors/index.js';
import { applySteps, COPY_COLUMNS, copyRows, planPromotion, readProvenance } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyPromote extends ThothCommand<typeof PolicyPromote> {
  static override summary = 'Put staged bundles in force, all of them together';
  static override examples = [
    '<%= config.bin %> policy promote payment-approval dlp',
    '<%= config.bin %> policy promote --all --directory policies/ --dry-run',
  ];
  static override exitCodes = ['conflict', 'partial'] as const;
  static override args = { name: arg({ description: 'bundle names', multiple: true }) };
  static override flags = {
    ...dryRunFlag,
    all: Flags.boolean({
      description: 'every staged bundle that a directory wants in force; what it wants observed stays so',
      default: false,
    }),
    directory: Flags.string({
      description: 'the directory, with --all',
      helpValue: '<dir>',
      dependsOn: ['all'],
    }),
    'no-atomic': Flags.boolean({
      description: 'where changes cannot be made as one: one by one, undone on failure',
      default: false,
    }),
    ...provenanceFlags,
  };

  async execute(): Promise<Result> {
    const names = [this.args.name ?? []].flat();
    const { all, directory, 'git-commit': commit, 'git-author': author, 'run-url': runUrl } = this.flags;
    if (all === names.length > 0) throw usageError('which bundles?', 'give names, or --all --directory DIR');
    if (all && directory === undefined)
      throw usageError(
        'which staged bundles are to be in force, and which are observed on purpose?',
        'name the directory they were pushed from with --directory',
      );
    const api = await this.api({ longLived: true });
    const steps = await planPromotion(api, directory === undefined ? { names } : { directory }, this.signal);
    if (steps.length === 0)
      this.out.notice('Nothing to promote: no staged version is newer than what is in force.');
    const promoted = this.dryRun
      ? []
      : await applySteps(api, steps, {
          oneByOne: this.flags['no-atomic'],
          provenance: await readProvenance(directory, { commit, author, runUrl }),
          signal: this.signal,
        });
    const rows = copyRows(steps, promoted);
    return {
      data: { dry_run: this.dryRun, tenant_id: api.tenantId, promote: rows, promoted },
      view: { kind: 'table', columns: COPY_COLUMNS, rows, empty: 'Nothing to promote.' },
      rows,
    };
  }
}
