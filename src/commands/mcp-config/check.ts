import { ThothCommand } from '../../cli/command.js';
import {
  configFiles,
  checkConfigs,
  givenRunFlags,
  reportRows,
  reportView,
  runFlags,
  selectionOf,
  targetArgs,
  targetFlags,
} from '../../journeys/mcp-config/index.js';
import type { Result } from '../../output/port.js';

export default class McpConfigCheck extends ThothCommand<typeof McpConfigCheck> {
  static override summary = 'Tell which MCP servers run ungoverned, or governed otherwise than asked';
  static override description =
    'Exit 10 when a server is not under thothctl run, or carries other settings than those given here. For device management: run it periodically, and mcp-config wrap where it fails.';
  static override examples = ['<%= config.bin %> mcp-config check --tenant-id acme --json'];
  static override exitCodes = ['checkFailed'] as const;
  static override args = targetArgs;
  static override flags = { ...targetFlags, ...runFlags };

  async execute(): Promise<Result> {
    const expected = new Map(Object.entries(givenRunFlags(this.flags)));
    const files = await checkConfigs(selectionOf(configFiles(this.args), this.flags), expected);
    const failed = files.some(({ servers }) =>
      servers.some(({ state }) => state === 'ungoverned' || state === 'drifted'),
    );
    return {
      data: { governed: !failed, files },
      view: reportView(files),
      rows: reportRows(files),
      ...(failed && { exit: 'checkFailed' as const }),
    };
  }
}
