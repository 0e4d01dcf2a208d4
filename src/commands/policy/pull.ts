import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { pullPolicy } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyPull extends ThothCommand<typeof PolicyPull> {
  static override summary =
    'Write the bundles of the tenant into a directory, with the manifest that goes with them';
  static override description =
    'The newest version of every bundle becomes a file. A file that was edited here stays, and stops the pull, unless --overwrite is given; a file that is merely old is replaced.';
  static override examples = ['<%= config.bin %> policy pull policies/'];
  static override exitCodes = ['conflict'] as const;
  static override args = { path: arg({ description: 'directory', required: true }) };
  static override flags = {
    ...dryRunFlag,
    overwrite: Flags.boolean({ description: 'replace files that were edited here', default: false }),
  };

  async execute(): Promise<Result> {
    const api = await this.api({ longLived: true });
    const progress = this.out.progress('pulling bundles');
    try {
      const report = await pullPolicy(api, this.args.path, {
        overwrite: this.flags.overwrite,
        dryRun: this.dryRun,
        signal: this.signal,
        onProgress: (done, total) => progress.update('pulling bundles', done, total),
      });
      progress.done();
      const { written, unchanged, only_here: onlyHere } = report;
      this.out.notice(
        `${written.length} files ${this.dryRun ? 'would be written' : 'written'}, ${unchanged} unchanged${onlyHere.length > 0 ? `; only here: ${onlyHere.join(', ')}` : ''}`,
      );
      const rows = written.map((file) => ({ file }));
      return {
        data: report,
        view: { kind: 'table', columns: [{ key: 'file', header: 'FILE' }], rows, empty: 'Nothing to pull.' },
        rows,
      };
    } catch (cause) {
      progress.fail();
      throw cause;
    }
  }
}
