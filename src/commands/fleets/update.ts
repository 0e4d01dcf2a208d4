import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { fleetFlags, updateFleet } from '../../journeys/fleets/index.js';
import type { Result } from '../../output/port.js';

export default class FleetsUpdate extends ThothCommand<typeof FleetsUpdate> {
  static override summary = 'Change a fleet; what is not named stays';
  static override examples = ['<%= config.bin %> fleets update FLEET --rollout-pct 50'];
  static override args = { fleet: arg({ description: 'fleet id', required: true }) };
  static override flags = { ...dryRunFlag, ...fleetFlags, name: Flags.string({ description: 'new name' }) };

  execute(): Promise<Result> {
    return updateFleet(this.args.fleet, this.flags, {
      api: () => this.api(),
      dryRun: this.dryRun,
      signal: this.signal,
    });
  }
}
