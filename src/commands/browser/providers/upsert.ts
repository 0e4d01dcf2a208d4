import { ThothCommand } from '../../../cli/command.js';
import { booleanValue, dryRunFlag, Flags } from '../../../cli/flags.js';
import {
  BROWSERS,
  defined,
  PROVIDER_STATUSES,
  readConfig,
  upsertProvider,
} from '../../../journeys/browser/index.js';
import type { Result } from '../../../output/port.js';

export default class BrowserProvidersUpsert extends ThothCommand<typeof BrowserProvidersUpsert> {
  static override summary = 'Create or change a browser integration; what is not named stays';
  static override examples = [
    '<%= config.bin %> browser providers upsert --provider chrome --enabled true --config-file chrome.json',
  ];
  static override flags = {
    ...dryRunFlag,
    provider: Flags.option({ options: BROWSERS, description: 'browser', required: true })(),
    name: Flags.string({ description: 'display name' }),
    enabled: booleanValue({ description: 'integration switch' }),
    status: Flags.option({ options: PROVIDER_STATUSES, description: 'state of the integration' })(),
    'last-error': Flags.string({ description: 'error text of the integration' }),
    'config-file': Flags.string({
      description: 'JSON object with the configuration, which may hold secrets and is never shown again',
      helpValue: '<file>',
    }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const given = {
      provider: flags.provider,
      ...defined({
        name: flags.name,
        enabled: flags.enabled,
        status: flags.status,
        last_error: flags['last-error'],
        config: await readConfig(flags['config-file']),
      }),
    };
    const options = { dryRun: this.dryRun, signal: this.signal };
    return { data: await upsertProvider(await this.api(), given, options) };
  }
}
