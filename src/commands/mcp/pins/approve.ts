import { ThothCommand } from '../../../cli/command.js';
import { dryRunFlag } from '../../../cli/flags.js';
import { serverArg, toolFlag } from '../../../journeys/mcp-pins/flags.js';
import { approvePins, differenceOf, pinRows, quarantined } from '../../../journeys/mcp-pins/index.js';
import type { Result } from '../../../output/port.js';

export default class McpPinsApprove extends ThothCommand<typeof McpPinsApprove> {
  static override summary = 'Take changed MCP tools out of quarantine: their new descriptions are pinned';
  static override description =
    'Runs that are under way see it at the next call or list. Look at mcp pins diff first: a description is an instruction to the model.';
  static override examples = ['<%= config.bin %> mcp pins approve server-github --tool create_issue'];
  static override exitCodes = ['notFound'] as const;
  static override args = serverArg;
  static override flags = { ...dryRunFlag, ...toolFlag };

  async execute(): Promise<Result> {
    const found = quarantined({ server: this.args.server, tool: this.flags.tool });
    const items = pinRows(found);
    if (!this.dryRun && found.length > 0) {
      await this.confirm(
        `Agents may use these tools under their new descriptions: ${items.map(({ server, tool }) => `${server} ${tool}`).join(', ')}`,
      );
      approvePins(found);
    }
    return {
      data: { ...(this.dryRun && { dry_run: true }), approved: items },
      view: this.dryRun
        ? differenceOf(found)
        : {
            kind: 'text',
            text: found.length === 0 ? 'Nothing is in quarantine.' : `${found.length} approved.`,
          },
      rows: items.map((pin) => ({ ...pin })),
    };
  }
}
