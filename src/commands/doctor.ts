import { ThothCommand } from '../cli/command.js';
import { doctorExit, examine } from '../journeys/doctor/index.js';
import type { Result } from '../output/port.js';

export default class Doctor extends ThothCommand<typeof Doctor> {
  static override summary = 'Check this machine, the configuration and the way to the control plane';
  static override description = 'Exit 10 when a check failed, 11 when one could not be completed.';
  static override exitCodes = ['checkFailed', 'checkIncomplete'] as const;

  async execute(): Promise<Result> {
    const report = await examine({
      connection: () => this.connection('optional'),
      api: () => this.api({ need: 'optional' }),
      signal: this.signal,
    });
    return {
      data: report,
      view: {
        kind: 'table',
        columns: [
          { key: 'check', header: 'CHECK' },
          { key: 'state', header: 'STATE', kind: 'state' },
          { key: 'result', header: 'RESULT' },
          { key: 'fix', header: 'FIX' },
        ],
        rows: report.checks.map((check) => ({ ...check })),
      },
      exit: doctorExit(report),
    };
  }
}
