import { usageError } from '../../errors/index.js';
import { ThothCommand } from '../../cli/command.js';
import { arg, Flags } from '../../cli/flags.js';
import { explainCall, type ExplainedCall } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

const COLUMNS = [
  { key: 'step', header: 'STEP' },
  { key: 'outcome', header: 'OUTCOME', kind: 'state' },
  { key: 'detail', header: 'DETAIL' },
] as const;

export default class PolicyExplain extends ThothCommand<typeof PolicyExplain> {
  static override summary = 'Show step by step why a policy directory decides on a call as it does';
  static override description =
    'The call is described by --tool and --agent, by a YAML file as in a test, or taken from the record of a decision of the tenant.';
  static override examples = [
    '<%= config.bin %> policy explain policies/ --tool send_mail --agent support-bot',
    '<%= config.bin %> policy explain policies/ --call call.yaml --json',
    '<%= config.bin %> policy explain policies/ --record 42',
  ];
  static override args = { path: arg({ description: 'directory, or one policy file', required: true }) };
  static override flags = {
    tool: Flags.string({ description: 'tool of the call', exclusive: ['call', 'record'] }),
    agent: Flags.string({ description: 'agent of the call', dependsOn: ['tool'] }),
    call: Flags.string({
      description: 'YAML file that describes the call',
      helpValue: '<file>',
      exclusive: ['record'],
    }),
    record: Flags.integer({
      description: 'place of a decision in the evidence chain',
      helpValue: '<n>',
      min: 1,
    }),
  };

  async execute(): Promise<Result> {
    const explained = await explainCall(this.args.path, await this.#asked(), this.signal);
    this.out.notice(`${explained.decision}: ${explained.reason}`);
    return {
      data: explained,
      view: { kind: 'table', columns: COLUMNS, rows: explained.steps.map((step) => ({ ...step })) },
    };
  }

  async #asked(): Promise<ExplainedCall> {
    const { tool, agent, call, record } = this.flags;
    if (tool !== undefined) return { described: { tool, ...(agent !== undefined && { agent }) } };
    if (call !== undefined) return { file: call };
    if (record !== undefined) return { api: await this.api(), chainIndex: record };
    throw usageError('no call to explain', 'give --tool, --call or --record');
  }
}
