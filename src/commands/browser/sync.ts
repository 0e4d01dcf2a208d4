import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags } from '../../cli/flags.js';
import { BROWSERS, syncPolicies, syncView } from '../../journeys/browser/index.js';
import type { Result } from '../../output/port.js';

export default class BrowserSync extends ThothCommand<typeof BrowserSync> {
  static override summary = 'Write the compiled browser policies to files';
  static override description =
    'Every active policy is written in the form its browser reads; files of policies no longer active are removed. Nothing is put in force unless --system says so: the files go to a folder of yours, to look at or to hand to an MDM.';
  static override examples = [
    '<%= config.bin %> browser sync --directory ./browser-policies',
    'sudo <%= config.bin %> browser sync --system --provider firefox',
  ];
  static override exitCodes = ['conflict'] as const;
  static override flags = {
    ...dryRunFlag,
    directory: Flags.string({
      description: 'folder to write to, one subfolder per browser; by default below the state folder',
      helpValue: '<folder>',
    }),
    system: Flags.boolean({
      description: 'write where the browsers of this machine read managed policy (Chrome on Linux, Firefox)',
    }),
    provider: Flags.option({ options: BROWSERS, description: 'only this browser' })(),
    overwrite: Flags.boolean({ description: 'replace files that no sync has written' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const report = await syncPolicies(await this.api(), {
      directory: flags.directory,
      system: flags.system,
      overwrite: flags.overwrite,
      provider: flags.provider,
      dryRun: this.dryRun,
      signal: this.signal,
    });
    for (const { policy_id: id, controls } of report.unsupported) {
      this.out.warn(`policy ${id}: this browser has no setting for ${controls.join(', ')}`);
    }
    return { data: report, view: syncView(report) };
  }
}
