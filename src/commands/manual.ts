import { ThothCommand } from '../cli/command.js';
import { referenceOfCommands } from '../cli/reference/commands.js';
import { manualText } from '../cli/reference/manual.js';
import type { Result } from '../output/index.js';

export default class Manual extends ThothCommand<typeof Manual> {
  static override summary = 'Print the whole manual: every command, flag, variable and exit code';

  protected override async execute(): Promise<Result> {
    const commands = await referenceOfCommands(this.config);
    const text = manualText(this.config.bin, this.config.version, commands);
    return { data: { version: this.config.version, manual: text }, view: { kind: 'text', text } };
  }
}
