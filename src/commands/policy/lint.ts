import { ThothCommand } from '../../cli/command.js';
import { arg, Flags, ownFormats } from '../../cli/flags.js';
import { faultText, lintDirectory, lintForms, lintSummary } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyLint extends ThothCommand<typeof PolicyLint> {
  static override summary = 'Check policy files as the control plane would, without a connection';
  static override description =
    'Every fault is listed at once as file:line:column. Exit 2 when a file does not parse or may not be enforced. ' +
    '--fix repairs what can be repaired without changing what a policy means; --format sarif, github and markdown are for pipelines.';
  static override examples = [
    '<%= config.bin %> policy lint policies/',
    '<%= config.bin %> policy lint policies/ --fix',
    '<%= config.bin %> policy lint policies/ --format sarif --output lint.sarif',
  ];
  static override args = {
    path: arg({ description: 'directory, or one .cedar or .rego file', required: true }),
  };
  static override flags = {
    strict: Flags.boolean({ description: 'warnings count as errors' }),
    fix: Flags.boolean({ description: 'repair in place what is safe to repair' }),
    ...ownFormats('sarif', 'github', 'markdown'),
  };

  async execute(): Promise<Result> {
    const report = await lintDirectory(this.args.path, { fix: this.flags.fix, signal: this.signal });
    if (report.fixed.length > 0) this.out.notice(`Repaired ${report.fixed.join(', ')}.`);
    const lines = report.diagnostics.map(faultText);
    const failed = report.errors > 0 || (this.flags.strict && report.warnings > 0);
    return {
      data: report,
      view: { kind: 'text', text: `${[...lines, lintSummary(report)].join('\n')}\n` },
      rows: report.diagnostics.map((fault) => ({ ...fault })),
      forms: lintForms(report, this.args.path),
      exit: failed ? 'usage' : 'ok',
    };
  }
}
