import { ThothCommand } from '../../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../../cli/flags.js';
import { setAgentScope } from '../../../journeys/agent-scope/index.js';
import type { Result } from '../../../output/port.js';

export default class AgentsScopeSet extends ThothCommand<typeof AgentsScopeSet> {
  static override summary = 'Set the tools an agent may call; everything else is out of scope';
  static override examples = [
    '<%= config.bin %> agents scope set invoices-bot read_file,list_directory',
    '<%= config.bin %> agents scope set invoices-bot --add write_file',
    '<%= config.bin %> agents scope set invoices-bot --none',
    '<%= config.bin %> agents scope set invoices-bot --file compiled/scopes/invoices-bot.json',
  ];
  static override args = {
    agent: arg({ description: 'agent id', required: true }),
    tools: arg({ description: 'tools, separated by commas; replaces the whole scope' }),
  };
  static override flags = {
    ...dryRunFlag,
    tool: Flags.string({
      description: 'one tool of the new scope, repeatable',
      multiple: true,
      multipleNonGreedy: true,
    }),
    add: Flags.string({
      description: 'add this tool to the present scope, repeatable',
      multiple: true,
      multipleNonGreedy: true,
    }),
    remove: Flags.string({
      description: 'take this tool out of the present scope, repeatable',
      multiple: true,
      multipleNonGreedy: true,
    }),
    file: Flags.string({
      description: 'JSON file with approved_scope, the whole new scope',
      helpValue: '<file>',
    }),
    none: Flags.boolean({ description: 'an empty scope: no tool at all' }),
  };

  async execute(): Promise<Result> {
    const replaced = [...(this.args.tools?.split(',') ?? []), ...(this.flags.tool ?? [])];
    const scope = await setAgentScope(
      await this.api(),
      this.args.agent,
      {
        replace: replaced,
        add: this.flags.add ?? [],
        remove: this.flags.remove ?? [],
        none: this.flags.none,
        file: this.flags.file,
      },
      { dryRun: this.dryRun, signal: this.signal },
    );
    return { data: scope };
  }
}
