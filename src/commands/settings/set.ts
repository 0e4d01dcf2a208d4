import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag } from '../../cli/flags.js';
import { changeView, patchFlags, readPatch, updateSettings } from '../../journeys/settings/index.js';
import type { Result } from '../../output/port.js';

export default class SettingsSet extends ThothCommand<typeof SettingsSet> {
  static override summary = 'Change settings of the tenant; everything not named stays';
  static override examples = [
    '<%= config.bin %> settings set --set shadow_policy.high=block --set webhook.enabled=true',
    '<%= config.bin %> settings set --set-file webhook.secret=secret.txt',
    '<%= config.bin %> settings set --file settings.yaml --dry-run',
  ];
  static override flags = { ...dryRunFlag, ...patchFlags };

  async execute(): Promise<Result> {
    const patch = await readPatch({
      set: this.flags.set ?? [],
      setFile: this.flags['set-file'] ?? [],
      file: this.flags.file,
      warn: (text) => this.out.warn(text),
    });
    const update = await updateSettings(await this.api(), patch, {
      dryRun: this.dryRun,
      signal: this.signal,
    });
    if (update.status === 'unchanged')
      this.out.notice('The settings are already as wanted; nothing was sent.');
    const data = update.status === 'planned' ? { dry_run: true, changes: update.changes } : update.settings;
    return { data, view: changeView(update.changes) };
  }
}
