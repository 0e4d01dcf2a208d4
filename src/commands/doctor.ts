import { ThothCommand } from '../cli/command.js';
import { Flags, repeatable } from '../cli/flags.js';
import { doctorExit, examine } from '../journeys/doctor/index.js';
import { selectionOf, targetFlagsWith } from '../journeys/mcp-config/flags.js';
import type { Result } from '../output/port.js';

export default class Doctor extends ThothCommand<typeof Doctor> {
  static override summary = 'Check this machine, the configuration and the way to the control plane';
  static override description =
    'With --mcp: start every configured MCP server as its client would and see whether Thoth stops a call that no policy can allow. Exit 10 when a check failed or a server is unprotected, 11 when one could not be completed.';
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --mcp --json',
    '<%= config.bin %> doctor --mcp --mcp-config .mcp.json',
    '<%= config.bin %> doctor --mcp --client claude-code --project .',
  ];
  static override exitCodes = ['checkFailed', 'checkIncomplete'] as const;
  static override flags = {
    mcp: Flags.boolean({
      description: 'look at the MCP servers of the clients found here, and at nothing else',
    }),
    'mcp-config': repeatable({
      description: 'only the servers of this configuration file; repeatable',
      helpValue: '<file>',
      dependsOn: ['mcp'],
    }),
    ...targetFlagsWith({ dependsOn: ['mcp'] }),
    'mcp-timeout': Flags.integer({
      description: 'seconds a server may take to answer',
      default: 60,
      min: 1,
      max: 3600,
    }),
  };

  async execute(): Promise<Result> {
    return this.flags.mcp ? this.#servers() : this.#installation();
  }

  async #servers(): Promise<Result> {
    const { examineProtection, protectionExit, protectionView } =
      await import('../journeys/mcp-protection/index.js');
    const report = await examineProtection(selectionOf(this.flags['mcp-config'] ?? [], this.flags), {
      timeoutSeconds: this.flags['mcp-timeout'],
      signal: this.signal,
    });
    return { data: report, view: protectionView(report), exit: protectionExit(report) };
  }

  async #installation(): Promise<Result> {
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
