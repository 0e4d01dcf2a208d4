import { ThothCommand } from '../../../cli/command.js';
import { serverArg, toolFlag } from '../../../journeys/mcp-pins/flags.js';
import { findPins, pinRows } from '../../../journeys/mcp-pins/index.js';
import type { Result } from '../../../output/port.js';

export default class McpPinsList extends ThothCommand<typeof McpPinsList> {
  static override summary = 'List the MCP tools whose descriptions are pinned on this machine';
  static override description =
    'thothctl run pins every tool when a server first describes it. One whose description changes is quarantined: left out of the list and refused, until mcp pins approve.';
  static override examples = [
    '<%= config.bin %> mcp pins list',
    '<%= config.bin %> mcp pins list server-github',
  ];
  static override args = serverArg;
  static override flags = toolFlag;

  execute(): Promise<Result> {
    const items = pinRows(findPins({ server: this.args.server, tool: this.flags.tool }));
    return Promise.resolve({
      data: { items },
      view: {
        kind: 'table',
        columns: [
          { key: 'server', header: 'SERVER', kind: 'id' },
          { key: 'server_id', header: 'ID', kind: 'id' },
          { key: 'tool', header: 'TOOL', kind: 'id' },
          { key: 'state', header: 'STATE', kind: 'state' },
          { key: 'pinned_at', header: 'PINNED', kind: 'time' },
          { key: 'changed_at', header: 'CHANGED', kind: 'time' },
        ],
        rows: items.map((pin) => ({ ...pin })),
        empty: 'No tool is pinned yet; thothctl run pins them when a client lists them.',
      },
    });
  }
}
