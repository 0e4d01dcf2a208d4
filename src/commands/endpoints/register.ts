import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag } from '../../cli/flags.js';
import { bulkFlags, endpointFlags, registerEndpoints } from '../../journeys/endpoints/index.js';
import type { Result } from '../../output/port.js';

export default class EndpointsRegister extends ThothCommand<typeof EndpointsRegister> {
  static override summary = 'Register endpoints; one that is known is described anew';
  static override examples = [
    '<%= config.bin %> endpoints register laptop-1 --hostname mac-001 --os macos --environment prod',
    '<%= config.bin %> endpoints register --from-file laptops.csv --dry-run',
  ];
  static override exitCodes = ['partial'] as const;
  static override args = { endpoint: arg({ description: 'endpoint id of your choice' }) };
  static override flags = { ...dryRunFlag, ...endpointFlags, ...bulkFlags };

  execute(): Promise<Result> {
    return registerEndpoints(this.args.endpoint, this.flags, {
      api: () => this.api({ longLived: this.flags['from-file'] !== undefined }),
      out: this.out,
      dryRun: this.dryRun,
      signal: this.signal,
    });
  }
}
