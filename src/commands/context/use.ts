import { ThothCommand } from '../../cli/command.js';
import { contextDocument } from '../../cli/context-view.js';
import { arg } from '../../cli/flags.js';
import { systemPorts, useContext } from '../../context/index.js';
import type { Result } from '../../output/index.js';

export default class ContextUse extends ThothCommand<typeof ContextUse> {
  static override summary = 'Choose the context that later commands work on';
  static override args = { name: arg({ description: 'context to choose', required: true }) };

  protected override async execute(): Promise<Result> {
    const context = await useContext(systemPorts(), this.args.name);
    return {
      data: contextDocument(context),
      view: { kind: 'text', text: `Using context ${context.name} (tenant ${context.tenant_id}).` },
    };
  }
}
