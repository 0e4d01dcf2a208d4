import { ThothCommand } from '../cli/command.js';
import { SHELLS, completionScript } from '../cli/complete/scripts.js';
import { arg } from '../cli/flags.js';
import type { Result } from '../output/index.js';

export default class Completion extends ThothCommand<typeof Completion> {
  static override summary = 'Print the completion script of a shell';
  static override description =
    'Completes commands, flags and their values, and the ids of keys, approvals, bundles and violations of the selected tenant.';
  static override examples = [
    '<%= config.bin %> completion bash > ~/.local/share/bash-completion/completions/thothctl',
  ];
  static override args = {
    shell: arg({ description: 'shell to complete in', required: true, options: SHELLS }),
  };

  protected override async execute(): Promise<Result> {
    const shell = SHELLS.find((name) => name === this.args.shell) ?? 'bash';
    const script = completionScript(shell);
    return { data: { shell, script }, view: { kind: 'text', text: script } };
  }
}
