import { ThothCommand } from '../../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../../cli/flags.js';
import { updateVendor, vendorFlags, vendorMembers } from '../../../journeys/mcp/index.js';
import type { Result } from '../../../output/port.js';

export default class McpVendorsUpdate extends ThothCommand<typeof McpVendorsUpdate> {
  static override summary = 'Change an MCP vendor; what is not named stays';
  static override examples = [
    '<%= config.bin %> mcp vendors update openai --approved false --notes "under review"',
    '<%= config.bin %> mcp vendors update openai --blocked-tool delete_file',
  ];
  static override args = { vendor: arg({ description: 'vendor id', required: true }) };
  static override flags = {
    ...dryRunFlag,
    ...vendorFlags,
    'every-tool': Flags.boolean({
      description: 'lift both tool lists',
      exclusive: ['allowed-tool', 'blocked-tool'],
    }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const given = {
      ...vendorMembers(flags),
      ...(flags['every-tool'] && { allowed_tools: null, blocked_tools: null }),
    };
    const options = { dryRun: this.dryRun, signal: this.signal };
    return { data: await updateVendor(await this.api(), this.args.vendor, given, options) };
  }
}
