import { usageError } from '../../errors/index.js';
import { ThothCommand } from '../../cli/command.js';
import { arg, Flags } from '../../cli/flags.js';
import { explainCall, explainOnServer, type AskedOfServer } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

const COLUMNS = [
  { key: 'step', header: 'STEP' },
  { key: 'outcome', header: 'OUTCOME', kind: 'state' },
  { key: 'detail', header: 'DETAIL' },
] as const;

export default class PolicyExplain extends ThothCommand<typeof PolicyExplain> {
  static override summary =
    'Show step by step why a call is decided as it is, by a directory or by the tenant';
  static override description =
    'The call is described by --tool and --agent, by a YAML file as in a test, or taken from a decision the tenant recorded. ' +
    'A directory knows its policies only; --server asks the tenant as it stands, with its scopes, packs, exceptions, quarantine, MCP control and risk tiers, and records nothing.';
  static override examples = [
    '<%= config.bin %> policy explain policies/ --tool send_mail --agent support-bot',
    '<%= config.bin %> policy explain policies/ --call call.yaml --json',
    '<%= config.bin %> policy explain policies/ --record 42',
    '<%= config.bin %> policy explain --server --tool send_mail --agent support-bot',
    '<%= config.bin %> policy explain --server --violation vio_01J',
  ];
  static override args = {
    path: arg({ description: 'directory, or one policy file; none with --server' }),
  };
  static override flags = {
    server: Flags.boolean({ description: 'ask the tenant instead of a directory' }),
    tool: Flags.string({ description: 'tool of the call', exclusive: ['call', 'record', 'violation'] }),
    agent: Flags.string({ description: 'agent of the call', dependsOn: ['tool'] }),
    call: Flags.string({
      description: 'YAML file that describes the call',
      helpValue: '<file>',
      exclusive: ['record', 'violation'],
    }),
    record: Flags.integer({
      description: 'place of a decision in the evidence chain',
      helpValue: '<n>',
      min: 1,
      exclusive: ['violation'],
    }),
    violation: Flags.string({ description: 'violation, or the event of one', helpValue: '<id>' }),
  };

  async execute(): Promise<Result> {
    const explained = await this.#explained(this.#asked());
    this.out.notice(`${explained.decision}: ${explained.reason}`);
    return {
      data: explained,
      view: { kind: 'table', columns: COLUMNS, rows: explained.steps.map((step) => ({ ...step })) },
    };
  }

  async #explained(asked: AskedOfServer) {
    const { path } = this.args;
    if (this.flags.server && path !== undefined)
      throw usageError('--server takes no directory', `leave ${path} out, or leave --server out`);
    if (!this.flags.server && path === undefined)
      throw usageError('no directory to explain by', 'give one, or --server to ask the tenant');
    if (path === undefined) return explainOnServer(await this.api(), asked, this.signal);
    const local =
      'described' in asked || 'file' in asked ? asked : { api: await this.api(), recorded: asked };
    return explainCall(path, local, this.signal);
  }

  #asked(): AskedOfServer {
    const { tool, agent, call, record, violation } = this.flags;
    if (tool !== undefined) return { described: { tool, ...(agent !== undefined && { agent }) } };
    if (call !== undefined) return { file: call };
    if (record !== undefined) return { chainIndex: record };
    if (violation !== undefined) return { violationId: violation };
    throw usageError('no call to explain', 'give --tool, --call, --record or --violation');
  }
}
