import { ThothCommand } from '../cli/command.js';
import { SHELLS } from '../cli/complete/scripts.js';
import { referenceOfCommands, type FlagReference } from '../cli/reference/commands.js';
import { COMMON_VARIABLES } from '../cli/variables.js';
import { EXIT_CODES } from '../errors/index.js';
import { FORMATS, type Result } from '../output/index.js';

/** Which flags are global is told by the list they stand in. */
const withoutScope = ({ global: _scope, ...flag }: FlagReference) => flag;

const FEATURES = {
  policy_frameworks: ['CEDAR', 'OPA'],
  decisions: ['ALLOW', 'BLOCK', 'STEP_UP', 'MODIFY', 'DEFER'],
  run_surfaces: ['mcp-stdio', 'sdk-broker'],
  completion_shells: SHELLS,
  credential_stores: ['keyring', 'file', 'env'],
  query_language: 'JMESPath',
} as const;

export default class Capabilities extends ThothCommand<typeof Capabilities> {
  static override summary =
    'Describe this program to another one: commands, flags, exit codes, formats, features';

  protected override async execute(): Promise<Result> {
    const { name, version } = this.config;
    const commands = await referenceOfCommands(this.config);
    const globals = commands[0]?.flags.filter((flag) => flag.global) ?? [];
    return {
      data: {
        name,
        version,
        node: process.version,
        formats: FORMATS,
        features: FEATURES,
        exit_codes: Object.entries(EXIT_CODES).map(([key, { code, meaning }]) => ({
          code,
          name: key,
          meaning,
        })),
        variables: COMMON_VARIABLES,
        global_flags: globals.map(withoutScope),
        commands: commands.map(({ command, summary, args, flags, takesCommand }) => ({
          command,
          summary: summary ?? '',
          args,
          flags: flags.filter((flag) => !flag.global).map(withoutScope),
          takes_command: takesCommand,
        })),
      },
      view: {
        kind: 'table',
        columns: [
          { key: 'command', header: 'COMMAND', kind: 'id' },
          { key: 'summary', header: 'SUMMARY' },
        ],
        rows: commands.map(({ command, summary }) => ({ command, summary })),
      },
    };
  }
}
