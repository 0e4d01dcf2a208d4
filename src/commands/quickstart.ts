import { ThothCommand } from '../cli/command.js';
import { Flags } from '../cli/flags.js';
import type { Result } from '../output/port.js';

export default class Quickstart extends ThothCommand<typeof Quickstart> {
  static override summary =
    'See everything work on this machine: one call allowed, one blocked, one held and approved';
  static override description =
    'Starts a control plane of its own, bootstraps a tenant, issues a key, pushes Cedar and Rego policies, runs an MCP agent under `thothctl run`, approves a held call from a second shell, tails the violation and verifies the evidence. Leaves nothing running and nothing behind.';
  static override examples = ['<%= config.bin %> quickstart', '<%= config.bin %> quickstart --keep'];
  static override flags = {
    keep: Flags.boolean({ description: 'leave the control plane running for exploring' }),
    policy: Flags.string({
      description: 'push this policy folder instead of the shipped one',
      helpValue: '<folder>',
    }),
  };

  async execute(): Promise<Result> {
    const { runQuickstart } = await import('../journeys/quickstart/index.js');
    const lines: string[] = [];
    const progress = this.out.progress('starting a control plane');
    const result = await runQuickstart({
      policy: this.flags.policy,
      keep: this.flags.keep,
      signal: this.signal,
      tell: (heading, text) => {
        lines.push(`${heading.padEnd(10)} ${text}`);
        progress.update(heading);
      },
    }).finally(() => progress.done());
    lines.push('', ...closing(result));
    return { data: result, view: { kind: 'text', text: lines.join('\n') } };
  }
}

function closing(result: {
  seconds: number;
  kept?: { url: string; config_dir: string; folder: string; pid: number };
}): string[] {
  if (!result.kept)
    return [
      `Done in ${result.seconds} s; nothing was left running. Keep it for exploring: thothctl quickstart --keep`,
    ];
  return [
    `Done in ${result.seconds} s. The control plane is still at ${result.kept.url} (pid ${result.kept.pid}). Explore it:`,
    `  export THOTHCTL_CONFIG_DIR=${result.kept.config_dir}`,
    '  thothctl feed list',
    '  thothctl violations list',
    `Stop it: kill ${result.kept.pid}; remove it: rm -r ${result.kept.folder}`,
  ];
}
