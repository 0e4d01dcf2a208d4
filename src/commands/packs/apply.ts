import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags, repeatable } from '../../cli/flags.js';
import { applyPacks } from '../../journeys/packs/index.js';
import { usageError } from '../../errors/index.js';
import type { Result } from '../../output/port.js';

/** Fractions come as text: oclif has integers only. */
const number = (description: string, max: number) =>
  Flags.custom<number>({
    description: `${description}, 0 to ${max}; for every pack of the call`,
    helpValue: '<number>',
    helpGroup: 'CONTROLS',
  })({ parse: (text) => Promise.resolve(text.trim() === '' ? Number.NaN : Number(text)) });

/** A call may name any; one that no call names governs nothing. */
const USUAL_ENVIRONMENTS = ['dev', 'staging', 'prod'];

export default class PacksApply extends ThothCommand<typeof PacksApply> {
  static override summary = 'Assign compliance packs to agents';
  static override description =
    'Choose one kind of target. Applying a pack again replaces its environment and overrides, and moves it to its newest rules, or to those of --rule-version.';
  static override hiddenAliases = ['governance:apply-packs'];
  static override examples = [
    '<%= config.bin %> packs apply --pack-id soc2-type2 --agent-id invoices-bot',
    '<%= config.bin %> packs apply --pack-id soc2-type2 --pack-id gdpr-ai-agents --all-agents --environment prod --mismatch-boost 25 --trust-floor 0.2',
    '<%= config.bin %> packs apply --pack-id soc2-type2 --rule-version 1 --agent-id invoices-bot',
    '<%= config.bin %> packs apply --file compiled/packs/invoices-bot.json',
  ];
  static override exitCodes = ['partial'] as const;
  static override flags = {
    ...dryRunFlag,
    'pack-id': repeatable({ description: 'pack to assign; repeatable' }),
    file: Flags.string({
      description: 'JSON file with packs, agents and overrides, instead of all other flags',
      helpValue: '<file>',
      exclusive: [
        'pack-id',
        'all-agents',
        'agent-id',
        'fleet-id',
        'endpoint-id',
        'environment',
        'approval-policy-id',
        'rule-version',
        'overrides-by-pack-json',
        'mismatch-boost',
        'delegation-boost',
        'trust-floor',
        'critical-threshold',
      ],
    }),
    'all-agents': Flags.boolean({ description: 'every agent the tenant knows', helpGroup: 'TARGET' }),
    'agent-id': repeatable({ description: 'one agent; repeatable', helpGroup: 'TARGET' }),
    'fleet-id': repeatable({ description: 'the agents of a fleet; repeatable', helpGroup: 'TARGET' }),
    'endpoint-id': repeatable({ description: 'the agents of an endpoint; repeatable', helpGroup: 'TARGET' }),
    environment: Flags.string({ description: 'only calls of this environment: dev or prod' }),
    'approval-policy-id': Flags.string({ description: 'approval policy recorded with the assignment' }),
    'rule-version': repeatable({
      description:
        'hold the agents at these rules instead of the newest: PACK=VERSION, repeatable; VERSION for one pack',
      helpValue: '<pack=version>',
    }),
    'mismatch-boost': number('risk points for a purpose or sensitivity mismatch', 100),
    'delegation-boost': number('risk points for a delegated call', 100),
    'trust-floor': number('confidence below which signals are ignored', 1),
    'critical-threshold': number('risk from which a call is at least held', 1),
    'overrides-by-pack-json': Flags.string({
      description: 'JSON object of overrides by pack id; the controls above win over it',
      helpValue: '<json>',
      helpGroup: 'CONTROLS',
    }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const options = { dryRun: this.dryRun, signal: this.signal };
    if (flags.file !== undefined) return applyPacks(await this.api(), { file: flags.file }, options);
    if (flags['pack-id'] === undefined)
      throw usageError('no pack to assign', 'give --pack-id, or --file with a whole application');
    const { environment } = flags;
    if (environment !== undefined && !USUAL_ENVIRONMENTS.includes(environment.trim().toLowerCase()))
      this.out.warn(
        `only calls that name the environment ${JSON.stringify(environment)} will be governed; usual are ${USUAL_ENVIRONMENTS.join(', ')}.`,
      );
    return applyPacks(
      await this.api(),
      {
        packIds: flags['pack-id'],
        allAgents: flags['all-agents'],
        agentIds: flags['agent-id'],
        fleetIds: flags['fleet-id'],
        endpointIds: flags['endpoint-id'],
        environment,
        approvalPolicyId: flags['approval-policy-id'],
        ruleVersions: flags['rule-version'],
        controls: {
          mismatch_boost: flags['mismatch-boost'],
          delegation_boost: flags['delegation-boost'],
          trust_floor: flags['trust-floor'],
          critical_threshold: flags['critical-threshold'],
        },
        overridesJson: flags['overrides-by-pack-json'],
      },
      options,
    );
  }
}
