import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag } from '../../cli/flags.js';
import {
  configFiles,
  applyUnwrap,
  planUnwrap,
  reportOf,
  reportRows,
  reportView,
  selectionOf,
  targetArgs,
  targetFlags,
} from '../../journeys/mcp-config/index.js';
import type { Result } from '../../output/port.js';

export default class McpConfigUnwrap extends ThothCommand<typeof McpConfigUnwrap> {
  static override summary = 'Take the MCP servers of a client out from under thothctl run';
  static override description =
    'A file that was not edited since comes back to the byte; in any other only the launches of wrapped servers change.';
  static override examples = ['<%= config.bin %> mcp-config unwrap --client cursor'];
  static override args = targetArgs;
  static override flags = { ...dryRunFlag, ...targetFlags };

  async execute(): Promise<Result> {
    const plans = await planUnwrap(selectionOf(configFiles(this.args), this.flags));
    const changing = plans.filter((plan) => plan.after !== plan.target.text);
    if (!this.dryRun && changing.length > 0)
      await this.confirm(
        `The tool calls of ${changing.flatMap((plan) => plan.changes).length} MCP servers will no longer be decided: ${changing.map((plan) => plan.target.path).join(', ')}`,
      );
    const files = this.dryRun
      ? plans.map((plan) => reportOf(plan, plan.after !== plan.target.text))
      : await applyUnwrap(plans);
    return {
      data: { ...(this.dryRun && { dry_run: true }), files },
      view: reportView(files),
      rows: reportRows(files),
    };
  }
}
