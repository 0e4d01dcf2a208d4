import { ThothCommand } from '../../cli/command.js';
import { contextDocument } from '../../cli/context-view.js';
import { arg, dryRunFlag } from '../../cli/flags.js';
import { deleteContext, showContext, systemPorts } from '../../context/index.js';
import type { Result } from '../../output/index.js';

export default class ContextDelete extends ThothCommand<typeof ContextDelete> {
  static override summary = 'Remove a saved context and the credential kept for it';
  static override flags = { ...dryRunFlag };
  static override args = { name: arg({ description: 'context to remove', required: true }) };

  protected override async execute(): Promise<Result> {
    const ports = systemPorts();
    const context = await showContext(ports, this.args.name);
    if (this.dryRun) return { data: { dry_run: true, deleted: contextDocument(context) } };
    await this.confirm(
      `Remove context ${context.name} (tenant ${context.tenant_id}) and its saved credential?`,
    );
    await deleteContext(ports, context.name);
    return {
      data: { deleted: contextDocument(context) },
      view: { kind: 'text', text: `Removed context ${context.name}.` },
    };
  }
}
