import { ThothCommand } from '../../cli/command.js';
import { Flags, repeatable } from '../../cli/flags.js';
import {
  configFiles,
  differences,
  differenceView,
  givenRunFlags,
  makeWrapper,
  planWrap,
  runFlags,
  selectionOf,
  targetArgs,
  targetFlags,
} from '../../journeys/mcp-config/index.js';
import type { Result } from '../../output/port.js';

export default class McpConfigDiff extends ThothCommand<typeof McpConfigDiff> {
  static override summary = 'Show what `mcp-config wrap` with the same flags would change';
  static override examples = ['<%= config.bin %> mcp-config diff --client codex --exit-code'];
  static override exitCodes = ['differences'] as const;
  static override args = targetArgs;
  static override flags = {
    ...targetFlags,
    ...runFlags,
    env: repeatable({ description: 'KEY=VALUE set for every server; repeatable', helpValue: '<KEY=VALUE>' }),
    'inherit-path': Flags.boolean({ description: 'give the servers the PATH of this shell' }),
    'thothctl-bin': Flags.string({
      description: 'program the client is to start [default: this one, by absolute path]',
      helpValue: '<path>',
    }),
    'exit-code': Flags.boolean({ description: 'exit 3 when something would change' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const wrapper = makeWrapper({
      program: flags['thothctl-bin'],
      flags: givenRunFlags(flags),
      environment: flags.env ?? [],
      inheritPath: flags['inherit-path'],
      env: process.env,
    });
    const changes = differences(await planWrap(selectionOf(configFiles(this.args), flags), wrapper));
    return {
      data: { changes },
      view: differenceView(changes),
      ...(flags['exit-code'] && changes.length > 0 && { exit: 'differences' as const }),
    };
  }
}
