import { ThothCommand } from '../../cli/command.js';
import { contextDocument } from '../../cli/context-view.js';
import { arg, dryRunFlag } from '../../cli/flags.js';
import { showContext, systemPorts, useContext } from '../../context/index.js';
import type { Result } from '../../output/index.js';

export default class ContextUse extends ThothCommand<typeof ContextUse> {
  static override summary = 'Choose the context that later commands work on';
  static override flags = { ...dryRunFlag };
  static override args = { name: arg({ description: 'context to choose', required: true }) };

  protected override async execute(): Promise<Result> {
    if (this.dryRun) {
      const context = await showContext(systemPorts(), this.args.name);
      return { data: { dry_run: true, would_use: contextDocument(context) } };
    }
    const context = await useContext(systemPorts(), this.args.name);
    return {
      data: contextDocument(context),
      view: { kind: 'text', text: `Using context ${context.name} (tenant ${context.tenant_id}).` },
    };
  }
}
