import { ThothCommand } from '../../../cli/command.js';
import { arg, dryRunFlag } from '../../../cli/flags.js';
import { bulkFlags, createVendors, vendorFlags } from '../../../journeys/mcp/index.js';
import type { Result } from '../../../output/port.js';

export default class McpVendorsCreate extends ThothCommand<typeof McpVendorsCreate> {
  static override summary = 'Register MCP vendors; exit 7 when the id is taken';
  static override examples = [
    "<%= config.bin %> mcp vendors create openai --display-name OpenAI --host-pattern api.openai.com --host-pattern '*.openai.com' --approved true",
    '<%= config.bin %> mcp vendors create --from-file vendors.csv',
  ];
  static override exitCodes = ['conflict', 'partial'] as const;
  static override args = { vendor: arg({ description: 'vendor id' }) };
  static override flags = { ...dryRunFlag, ...vendorFlags, ...bulkFlags };

  execute(): Promise<Result> {
    return createVendors(this.args.vendor, this.flags, {
      api: () => this.api({ longLived: this.flags['from-file'] !== undefined }),
      out: this.out,
      dryRun: this.dryRun,
      signal: this.signal,
    });
  }
}
