import { ThothCommand } from '../../cli/command.js';
import { arg, Flags } from '../../cli/flags.js';
import { faultText, lintDirectory } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyLint extends ThothCommand<typeof PolicyLint> {
  static override summary = 'Check policy files as the control plane would, without a connection';
  static override description =
    'Every fault is listed at once as file:line:column. Exit 2 when a file does not parse or may not be enforced.';
  static override examples = [
    '<%= config.bin %> policy lint policies/',
    '<%= config.bin %> policy lint guard.cedar --json',
  ];
  static override args = {
    path: arg({ description: 'directory, or one .cedar or .rego file', required: true }),
  };
  static override flags = { strict: Flags.boolean({ description: 'warnings count as errors' }) };

  async execute(): Promise<Result> {
    const report = await lintDirectory(this.args.path, this.signal);
    const lines = report.diagnostics.map(faultText);
    const { checked, errors, warnings } = report;
    const count = `${counted(checked, 'file')} checked: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
    const failed = report.errors > 0 || (this.flags.strict && report.warnings > 0);
    return {
      data: report,
      view: { kind: 'text', text: `${[...lines, count].join('\n')}\n` },
      rows: report.diagnostics.map((fault) => ({ ...fault })),
      exit: failed ? 'usage' : 'ok',
    };
  }
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
