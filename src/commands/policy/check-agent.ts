import { ThothCommand } from '../../cli/command.js';
import { Flags, repeatable } from '../../cli/flags.js';
import { AGENT_COLUMNS, agentRows, checkAgent } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyCheckAgent extends ThothCommand<typeof PolicyCheckAgent> {
  static override summary = 'Check the tools in the source of an agent against the policy, for CI';
  static override description =
    'Finds tools in Python, TypeScript, JavaScript and MCP configurations and evaluates the real policy for each, without a connection. ' +
    'What only a running agent knows is listed as not analysed. Exit 10 when a tool would be blocked, 11 when no tool was found.';
  static override examples = [
    '<%= config.bin %> policy check-agent --agent-file agent.py --policy-file policies/',
    '<%= config.bin %> policy check-agent --agent-file src/ --policy-file guard.cedar --json --no-fail-on-violations',
  ];
  static override exitCodes = ['checkFailed', 'checkIncomplete'] as const;
  static override flags = {
    'agent-file': repeatable({
      description: 'agent source, MCP configuration or folder; may be repeated',
      required: true,
    }),
    'policy-file': repeatable({
      description: 'policy file or directory; may be repeated',
      required: true,
    }),
    'enforcement-mode': Flags.string({
      description: 'written into the report, and nothing else',
      options: ['observe', 'enforce'],
      default: 'enforce',
    }),
    'fail-on-violations': Flags.boolean({
      description: 'exit 10 when a tool would be blocked',
      default: true,
      allowNo: true,
    }),
    'agent-id': Flags.string({ description: 'agent the policy sees', default: 'agent' }),
    'approved-tool': repeatable({
      description: 'tool in the approved scope; without any, all tools found are approved',
    }),
    environment: Flags.string({ description: 'environment the policy sees', default: 'prod' }),
  };

  async execute(): Promise<Result> {
    const report = await checkAgent(
      {
        agents: this.flags['agent-file'],
        policies: this.flags['policy-file'],
        enforcementMode: this.flags['enforcement-mode'],
        agentId: this.flags['agent-id'],
        approvedScope: this.flags['approved-tool'],
        environment: this.flags.environment,
      },
      this.signal,
    );
    for (const { file, line, what } of report.not_analysed)
      this.out.warn(`${file}:${line}: not analysed: ${what}`);
    const { total_tools: total, would_block: blocked, would_step_up: held } = report.shadow_report;
    this.out.notice(
      `${report.pass_fail}: ${total} tools, ${blocked} would be blocked, ${held} held for approval`,
    );
    return {
      data: report,
      view: { kind: 'table', columns: AGENT_COLUMNS, rows: agentRows(report), empty: 'No tool was found.' },
      ...(report.pass_fail === 'incomplete' && { exit: 'checkIncomplete' as const }),
      ...(report.pass_fail === 'fail' &&
        this.flags['fail-on-violations'] && { exit: 'checkFailed' as const }),
    };
  }
}
