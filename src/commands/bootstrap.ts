import { ThothCommand } from '../cli/command.js';
import { booleanValue, dryRunFlag, Flags, repeatable, secretFlags } from '../cli/flags.js';
import {
  COMPLIANCE_PROFILES,
  MDM_PROVIDERS,
  readInputs,
  strayMembers,
  runBootstrap,
  SHADOW_ACTIONS,
  type StageName,
  type StageResult,
} from '../journeys/bootstrap/index.js';
import type { Result } from '../output/port.js';

const shadow = (tier: string) =>
  Flags.option({
    options: SHADOW_ACTIONS,
    description: `what a ${tier}-risk tool call meets`,
    env: `THOTH_SHADOW_${tier.toUpperCase()}`,
    helpGroup: 'POLICY',
  })();

export default class Bootstrap extends ThothCommand<typeof Bootstrap> {
  static override summary =
    'Set up a tenant: settings, webhook test, MDM provider and sync, in one safe-to-repeat call';
  static override description =
    'Only what is given changes. Stages run in order and report on stderr; a stage that fails names itself and gives its exit code, and the stages before it stay in place.';
  static override examples = [
    '<%= config.bin %> bootstrap --compliance-profile soc2 --shadow-low allow --shadow-medium step_up --shadow-high block --shadow-critical block',
    '<%= config.bin %> bootstrap --webhook-url https://hooks.example.com/thoth --webhook-secret-file secret.txt --test-webhook',
    '<%= config.bin %> bootstrap --mdm-provider jamf --mdm-name jamf-prod --mdm-enabled true --mdm-config-file jamf.json --start-sync',
  ];
  static override flags = {
    ...dryRunFlag,
    'compliance-profile': Flags.option({
      options: COMPLIANCE_PROFILES,
      description: 'preset baseline',
      env: 'THOTH_COMPLIANCE_PROFILE',
      helpGroup: 'POLICY',
    })(),
    'regulatory-regime': repeatable({
      description: 'obligation that loads its packs, repeatable [env: THOTH_REGULATORY_REGIMES_CSV]',
    }),
    'shadow-low': shadow('low'),
    'shadow-medium': shadow('medium'),
    'shadow-high': shadow('high'),
    'shadow-critical': shadow('critical'),
    'tool-risk-override': repeatable({
      description: 'risk tier of one tool, repeatable [env: THOTH_TOOL_RISK_OVERRIDES_CSV]',
      helpValue: '<TOOL=TIER>',
    }),
    'webhook-url': Flags.string({ description: 'https address of the receiver', env: 'THOTH_WEBHOOK_URL' }),
    ...secretFlags('webhook-secret', 'webhook signing secret'),
    'webhook-enabled': booleanValue({
      description: 'delivery switch; on when a URL is given [env: THOTH_WEBHOOK_ENABLED]',
    }),
    'test-webhook': Flags.boolean({ description: 'send a test event [env: THOTH_TEST_WEBHOOK]' }),
    'mdm-provider': Flags.option({
      options: MDM_PROVIDERS,
      description: 'provider to connect',
      env: 'THOTH_MDM_PROVIDER',
    })(),
    'mdm-name': Flags.string({ description: 'display name of the provider', env: 'THOTH_MDM_NAME' }),
    'mdm-enabled': booleanValue({ description: 'integration switch [env: THOTH_MDM_ENABLED]' }),
    'mdm-config-file': Flags.string({
      description: 'JSON object with the provider configuration',
      env: 'THOTH_MDM_CONFIG_FILE',
      helpValue: '<file>',
    }),
    'start-sync': Flags.boolean({ description: 'start a sync of the provider [env: THOTH_MDM_START_SYNC]' }),
    'secret-broker-provider': Flags.string({ description: 'custom or aws_secrets_manager' }),
    'secret-broker-enabled': booleanValue({ description: 'turns the broker on or off' }),
    'secret-broker-strict-endpoint-mode': Flags.boolean({
      description: 'only registered endpoints may have secrets resolved',
      allowNo: true,
    }),
    'secret-broker-fail-on-missing-secret': Flags.boolean({
      description: 'a governed call fails when its secret cannot be read',
      allowNo: true,
    }),
    'secret-broker-allowed-host': repeatable({ description: 'host or host pattern, repeatable' }),
    'secret-broker-auth-binding': repeatable({
      description:
        'where a secret is injected, repeatable; a prefix ending in a space may stand before the reference',
      helpValue: '<HOST:HEADER:SECRET_REF>',
    }),
  };

  async execute(): Promise<Result> {
    const inputs = await readInputs(this.flags, await this.secret('webhook-secret'));
    for (const { warning } of inputs.mdm ? strayMembers(inputs.mdm.provider, inputs.mdm.config ?? {}) : [])
      this.out.warn(warning);
    const report = await runBootstrap(await this.api(), inputs, {
      dryRun: this.dryRun,
      signal: this.signal,
      onStage: (stage, state) => this.#report(stage, state),
    });
    return {
      data: report,
      view: {
        kind: 'table',
        columns: [
          { key: 'stage', header: 'STAGE' },
          { key: 'status', header: 'RESULT', kind: 'state' },
          { key: 'detail', header: 'DETAIL' },
        ],
        rows: report.stages.map(({ stage, status, detail }) => ({ stage, status, detail })),
      },
    };
  }

  #report(stage: StageName, state: 'start' | StageResult): void {
    if (state !== 'start') this.out.notice(`bootstrap ${stage}: ${state.status} (${state.detail})`);
  }
}
