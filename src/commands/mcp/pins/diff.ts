import { ThothCommand } from '../../../cli/command.js';
import { serverArg, toolFlag } from '../../../journeys/mcp-pins/flags.js';
import { differenceOf, quarantined } from '../../../journeys/mcp-pins/index.js';
import type { Result } from '../../../output/port.js';

export default class McpPinsDiff extends ThothCommand<typeof McpPinsDiff> {
  static override summary = 'Show how the descriptions of quarantined MCP tools changed';
  static override description = 'Exit 3 when a description differs from the pinned one.';
  static override examples = ['<%= config.bin %> mcp pins diff server-github --tool create_issue'];
  static override exitCodes = ['differences', 'notFound'] as const;
  static override args = serverArg;
  static override flags = toolFlag;

  execute(): Promise<Result> {
    const found = quarantined({ server: this.args.server, tool: this.flags.tool });
    const items = found.map(({ server, server_id, tool, before }) => ({
      server,
      server_id,
      tool,
      before: before.definition ?? null,
      after: before.changed?.definition ?? null,
    }));
    return Promise.resolve({
      data: { items },
      view: differenceOf(found),
      rows: items,
      ...(found.length > 0 && { exit: 'differences' as const }),
    });
  }
}
