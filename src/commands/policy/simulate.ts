import { ThothCommand } from '../../cli/command.js';
import { arg, Flags, ownFormats } from '../../cli/flags.js';
import {
  notEvaluated,
  SIMULATION_COLUMNS,
  simulatePolicy,
  simulationForms,
  simulationRows,
  simulationSummary,
} from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicySimulate extends ThothCommand<typeof PolicySimulate> {
  static override summary = 'Show what a policy directory would have decided on recorded calls';
  static override description =
    'Replays the calls of the tenant, or of a file, and counts what would be newly blocked, held or allowed, by tool, agent and rule. ' +
    'Calls whose input is not kept, or whose kept input hides what a policy reads, are counted apart and never as unchanged.';
  static override examples = [
    '<%= config.bin %> policy simulate policies/',
    '<%= config.bin %> policy simulate policies/ --since 2026-01-01T00:00:00Z --save calls.ndjson',
    '<%= config.bin %> policy simulate policies/ --from calls.ndjson --exit-code',
  ];
  static override exitCodes = ['differences'] as const;
  static override args = { path: arg({ description: 'directory, or one policy file', required: true }) };
  static override flags = {
    from: Flags.string({
      description: 'file of recorded calls, instead of the tenant',
      helpValue: '<file>',
      exclusive: ['since', 'save'],
    }),
    since: Flags.string({ description: 'only calls from this instant on', helpValue: '<time>' }),
    save: Flags.string({ description: 'write the calls to this file, for --from', helpValue: '<file>' }),
    promoted: Flags.boolean({ description: 'as if observed and staged bundles were enforced' }),
    'exit-code': Flags.boolean({ description: 'exit 3 when a decision would change' }),
    ...ownFormats('markdown'),
  };

  async execute(): Promise<Result> {
    const { from, since, save, promoted } = this.flags;
    const progress = this.out.progress('simulating');
    const report = await simulatePolicy(
      {
        path: this.args.path,
        from: from === undefined ? { api: await this.api({ longLived: true }), since } : { file: from },
        save,
        promoted,
      },
      { signal: this.signal, onProgress: (calls) => progress.update(`simulating: ${calls} calls`) },
    ).catch((cause: unknown) => {
      progress.fail();
      throw cause;
    });
    progress.done();
    this.out.notice(simulationSummary(report));
    if (report.calls === 0)
      this.out.warn(
        'there was no call to replay, so this says nothing about the policies: agents record calls as they run',
      );
    if (report.taken_along.length > 0)
      this.out.notice(`also in force, not in the directory: ${report.taken_along.join(', ')}`);
    if (notEvaluated(report) > 0)
      this.out.warn(
        Object.entries(report.not_evaluated)
          .filter(([, count]) => count > 0)
          .map(([why, count]) => `${count} not evaluated: ${why.replaceAll('_', ' ')}`)
          .join('; '),
      );
    const rows = simulationRows(report);
    const changed = report.changes.length > 0;
    return {
      data: report,
      view: { kind: 'table', columns: SIMULATION_COLUMNS, rows, empty: 'No decision would change.' },
      forms: simulationForms(report),
      ...(changed && this.flags['exit-code'] && { exit: 'differences' as const }),
    };
  }
}
