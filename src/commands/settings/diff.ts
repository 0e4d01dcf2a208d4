import { ThothCommand } from '../../cli/command.js';
import { Flags } from '../../cli/flags.js';
import { changeView, diffSettings, patchFlags, readPatch } from '../../journeys/settings/index.js';
import type { Result } from '../../output/port.js';

export default class SettingsDiff extends ThothCommand<typeof SettingsDiff> {
  static override summary = 'Show what `settings set` with the same flags would change';
  static override examples = ['<%= config.bin %> settings diff --file settings.yaml --exit-code'];
  static override exitCodes = ['differences'] as const;
  static override flags = {
    ...patchFlags,
    'exit-code': Flags.boolean({ description: 'exit 3 when something would change' }),
  };

  async execute(): Promise<Result> {
    const patch = await readPatch({
      set: this.flags.set ?? [],
      setFile: this.flags['set-file'] ?? [],
      file: this.flags.file,
      warn: (text) => this.out.warn(text),
    });
    const changes = await diffSettings(await this.api(), patch, this.signal);
    return {
      data: { changes },
      view: changeView(changes),
      ...(this.flags['exit-code'] && changes.length > 0 && { exit: 'differences' as const }),
    };
  }
}
