import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag } from '../../cli/flags.js';
import { bulkFlags, createFleets, fleetFlags } from '../../journeys/fleets/index.js';
import type { Result } from '../../output/port.js';

export default class FleetsCreate extends ThothCommand<typeof FleetsCreate> {
  static override summary = 'Create fleets';
  static override examples = [
    '<%= config.bin %> fleets create Finance --region us-west-2 --rollout-strategy canary --rollout-pct 10',
    '<%= config.bin %> fleets create --from-file fleets.yaml',
  ];
  static override exitCodes = ['partial'] as const;
  static override args = { name: arg({ description: 'name, one of a kind in the tenant' }) };
  static override flags = { ...dryRunFlag, ...fleetFlags, ...bulkFlags };

  execute(): Promise<Result> {
    return createFleets(this.args.name, this.flags, {
      api: () => this.api({ longLived: this.flags['from-file'] !== undefined }),
      out: this.out,
      dryRun: this.dryRun,
      signal: this.signal,
    });
  }
}
