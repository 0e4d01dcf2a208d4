import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { restoreServer } from '../../journeys/local-server/index.js';
import type { Result } from '../../output/port.js';

export default class ServerRestore extends ThothCommand<typeof ServerRestore> {
  static override summary = 'Make a new data directory of a backup; nothing is overwritten';
  static override examples = ['<%= config.bin %> server restore backup.sqlite --data ./restored'];
  static override exitCodes = ['conflict'] as const;
  static override args = { file: arg({ description: 'file written by `server backup`', required: true }) };
  static override flags = {
    ...dryRunFlag,
    data: Flags.string({ description: 'new data directory; by default the usual one', helpValue: '<dir>' }),
  };

  async execute(): Promise<Result> {
    const { file } = this.args;
    const { data } = this.flags;
    if (this.dryRun) return { data: { dry_run: true, would_restore: file, data_dir: data ?? 'the default' } };
    return { data: await restoreServer(file, data) };
  }
}
