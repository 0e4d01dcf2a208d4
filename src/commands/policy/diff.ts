import { ThothCommand } from '../../cli/command.js';
import { arg, Flags } from '../../cli/flags.js';
import { comparePolicy, DIFF_COLUMNS, diffReport, diffRows, pendingChanges } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyDiff extends ThothCommand<typeof PolicyDiff> {
  static override summary = 'Show what `policy push` would send';
  static override examples = ['<%= config.bin %> policy diff policies/ --exit-code'];
  static override exitCodes = ['differences'] as const;
  static override args = { path: arg({ description: 'directory, or one policy file', required: true }) };
  static override flags = { 'exit-code': Flags.boolean({ description: 'exit 3 when something differs' }) };

  async execute(): Promise<Result> {
    const api = await this.api();
    const diff = await comparePolicy(api, this.args.path, this.signal);
    const differs = pendingChanges(diff).length > 0;
    const report = diffReport(api.tenantId, diff);
    this.out.notice(
      `${report.create.length} to create, ${report.change.length} to change, ${report.unchanged} unchanged`,
    );
    return {
      data: report,
      view: { kind: 'table', columns: DIFF_COLUMNS, rows: diffRows(diff), empty: 'No differences.' },
      ...(differs && this.flags['exit-code'] && { exit: 'differences' as const }),
    };
  }
}
