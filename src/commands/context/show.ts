import { ThothCommand } from '../../cli/command.js';
import { contextDocument, contextRecord } from '../../cli/context-view.js';
import { arg } from '../../cli/flags.js';
import { showContext, systemPorts } from '../../context/index.js';
import type { Result } from '../../output/index.js';

export default class ContextShow extends ThothCommand<typeof ContextShow> {
  static override summary = 'Show a saved context, without its secret';
  static override args = { name: arg({ description: 'context to show; the current one without it' }) };

  protected override async execute(): Promise<Result> {
    const context = await showContext(systemPorts(), this.args.name ?? this.flags.context);
    return { data: contextDocument(context), view: contextRecord(context) };
  }
}
