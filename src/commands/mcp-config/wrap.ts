import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags, repeatable } from '../../cli/flags.js';
import { protect } from '../../cli/redact.js';
import {
  configFiles,
  applyWrap,
  givenRunFlags,
  makeWrapper,
  planWrap,
  reportOf,
  reportRows,
  reportView,
  runFlags,
  selectionOf,
  storeKey,
  targetArgs,
  targetFlags,
} from '../../journeys/mcp-config/index.js';
import { usageError } from '../../errors/index.js';
import type { Result } from '../../output/port.js';

export default class McpConfigWrap extends ThothCommand<typeof McpConfigWrap> {
  static override summary = 'Put every MCP server of a client under thothctl run';
  static override description = `Rewrites how each server is started; one reached by URL is then started too, and its headers move into private files. Comments, order and everything else keep their bytes. The original is kept beside the file and comes back to the byte with mcp-config unwrap. Running it again changes nothing.`;
  static override examples = [
    '<%= config.bin %> mcp-config wrap --client claude-desktop --tenant-id acme --api-key-file ~/.thoth/agent.key',
    '<%= config.bin %> mcp-config wrap .mcp.json --dry-run',
  ];
  static override hiddenAliases = ['wrap-config'];
  static override ownOutput = true;
  static override args = targetArgs;
  static override flags = {
    ...dryRunFlag,
    ...targetFlags,
    ...runFlags,
    output: Flags.string({
      description: 'write the wrapped configuration to this file, and leave the original as it is',
      helpValue: '<file>',
    }),
    'api-key': Flags.string({
      description: 'API key, visible to other processes; kept in a file of its own. Prefer --api-key-file',
      helpValue: '<key>',
    }),
    env: repeatable({ description: 'KEY=VALUE set for every server; repeatable', helpValue: '<KEY=VALUE>' }),
    'inherit-path': Flags.boolean({ description: 'give the servers the PATH of this shell' }),
    'thothctl-bin': Flags.string({
      description: 'program the client is to start [default: this one, by absolute path]',
      helpValue: '<path>',
      aliases: ['thoth-bin'],
    }),
    'auto-thothctl-bin': Flags.boolean({
      description: 'this program, by absolute path (the default)',
      aliases: ['auto-thoth-bin'],
    }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const selection = selectionOf(configFiles(this.args), flags);
    if (flags.output !== undefined && selection.files.length === 0)
      throw usageError('--output needs the one file it is made from.', 'Name the configuration file.');
    const given = givenRunFlags(flags);
    const key = flags['api-key'];
    if (key !== undefined) {
      protect(key);
      if (given['api-key-file'] !== undefined)
        throw usageError('--api-key and --api-key-file contradict each other.', 'Give one of them.');
      this.out.warn('--api-key is visible to other processes; prefer --api-key-file.');
      if (!this.dryRun) given['api-key-file'] = await storeKey(key, process.env);
    }
    const environment = flags.env ?? [];
    if (
      given['api-key-file'] === undefined &&
      !environment.some((each) => each.startsWith('THOTH_API_KEY'))
    ) {
      this.out.warn(
        'Without --api-key-file the servers use the credential of the context, which may do more than an agent needs. ' +
          'Make a key for them: thothctl api-keys create --organization --permission execute --key-file agent.key',
      );
    }
    const wrapper = makeWrapper({
      program: flags['thothctl-bin'],
      flags: given,
      environment,
      inheritPath: flags['inherit-path'],
      env: process.env,
    });
    const plans = await planWrap(selection, wrapper);
    const files = this.dryRun
      ? plans.map((plan) => reportOf(plan, plan.after !== plan.target.text))
      : await applyWrap(plans, flags.output);
    if (!this.dryRun && files.some((file) => file.changed))
      this.out.notice('Restart the clients so that they start their servers anew.');
    return {
      data: { ...(this.dryRun && { dry_run: true }), files },
      view: reportView(files),
      rows: reportRows(files),
    };
  }
}
