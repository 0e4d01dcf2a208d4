import { ThothCommand } from '../../cli/command.js';
import { arg, Flags, ownFormats } from '../../cli/flags.js';
import {
  comparePolicy,
  detailChanges,
  differenceForms,
  diffReport,
  pendingChanges,
} from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyDiff extends ThothCommand<typeof PolicyDiff> {
  static override summary =
    'Show how a directory differs from the tenant: rules, assignments, modes and text';
  static override examples = [
    '<%= config.bin %> policy diff policies/ --exit-code',
    '<%= config.bin %> policy diff policies/ --format markdown',
  ];
  static override exitCodes = ['differences'] as const;
  static override args = { path: arg({ description: 'directory, or one policy file', required: true }) };
  static override flags = {
    'exit-code': Flags.boolean({ description: 'exit 3 when something differs' }),
    ...ownFormats('markdown'),
  };

  async execute(): Promise<Result> {
    const api = await this.api({ longLived: true });
    const diff = await comparePolicy(api, this.args.path, this.signal);
    const detailed = await detailChanges(api, diff, this.signal);
    const report = diffReport(api.tenantId, diff);
    this.out.notice(
      `${report.create.length} to create, ${report.change.length} to change, ${report.unchanged} unchanged`,
    );
    const differs = pendingChanges(diff).length > 0;
    return {
      data: { ...report, ...detailed },
      ...differenceForms('Policy diff', diff, detailed),
      ...(differs && this.flags['exit-code'] && { exit: 'differences' as const }),
    };
  }
}
