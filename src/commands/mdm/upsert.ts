import { ThothCommand } from '../../cli/command.js';
import { arg, booleanValue, dryRunFlag, Flags } from '../../cli/flags.js';
import { MDM_PROVIDERS, upsertProvider } from '../../journeys/mdm/index.js';
import type { Result } from '../../output/port.js';

export default class MdmUpsert extends ThothCommand<typeof MdmUpsert> {
  static override summary = 'Create or change an MDM provider';
  static override examples = [
    '<%= config.bin %> mdm upsert jamf --name jamf-prod --enabled true --config-file jamf.json',
  ];
  static override args = {
    provider: arg({ description: 'kind of provider', required: true, options: MDM_PROVIDERS }),
  };
  static override flags = {
    ...dryRunFlag,
    name: Flags.string({ description: 'display name' }),
    enabled: booleanValue({ description: 'integration switch' }),
    'config-file': Flags.string({ description: 'JSON object with the configuration', helpValue: '<file>' }),
  };

  async execute(): Promise<Result> {
    const data = await upsertProvider(
      await this.api(),
      {
        provider: this.args.provider,
        name: this.flags.name,
        enabled: this.flags.enabled,
        configFile: this.flags['config-file'],
      },
      { dryRun: this.dryRun, signal: this.signal, warn: (text) => this.out.warn(text) },
    );
    return { data };
  }
}
