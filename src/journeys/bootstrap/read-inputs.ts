import { usageError } from '../../errors/index.js';
import type { BootstrapInputs, COMPLIANCE_PROFILES, ShadowActionName } from './inputs.js';
import { readMdmConfig, type MdmProviderName } from '../mdm/index.js';
import {
  parseAuthBinding,
  parseBrokerProvider,
  parseToolRiskOverrides,
  parseWebhookUrl,
} from './parse-inputs.js';

/** Flags of `thothctl bootstrap` as the parser yields them. */
export interface BootstrapFlags {
  readonly 'compliance-profile'?: (typeof COMPLIANCE_PROFILES)[number] | undefined;
  readonly 'regulatory-regime'?: readonly string[] | undefined;
  readonly 'shadow-low'?: ShadowActionName | undefined;
  readonly 'shadow-medium'?: ShadowActionName | undefined;
  readonly 'shadow-high'?: ShadowActionName | undefined;
  readonly 'shadow-critical'?: ShadowActionName | undefined;
  readonly 'tool-risk-override'?: readonly string[] | undefined;
  readonly 'webhook-url'?: string | undefined;
  readonly 'webhook-enabled'?: boolean | undefined;
  readonly 'test-webhook'?: boolean | undefined;
  readonly 'mdm-provider'?: MdmProviderName | undefined;
  readonly 'mdm-name'?: string | undefined;
  readonly 'mdm-enabled'?: boolean | undefined;
  readonly 'mdm-config-file'?: string | undefined;
  readonly 'start-sync'?: boolean | undefined;
  readonly 'secret-broker-provider'?: string | undefined;
  readonly 'secret-broker-enabled'?: boolean | undefined;
  readonly 'secret-broker-strict-endpoint-mode'?: boolean | undefined;
  readonly 'secret-broker-fail-on-missing-secret'?: boolean | undefined;
  readonly 'secret-broker-allowed-host'?: readonly string[] | undefined;
  readonly 'secret-broker-auth-binding'?: readonly string[] | undefined;
}

/** Flags first, then the variables of the wrapper scripts for what a flag did not say. */
export async function readInputs(
  flags: BootstrapFlags,
  webhookSecret: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<BootstrapInputs> {
  const url = flags['webhook-url'];
  const overrides = flags['tool-risk-override'] ?? list(env['THOTH_TOOL_RISK_OVERRIDES_CSV']);
  const regimes = flags['regulatory-regime'] ?? list(env['THOTH_REGULATORY_REGIMES_CSV']);
  const { 'secret-broker-provider': brokerProvider } = flags;
  return defined({
    complianceProfile: flags['compliance-profile'],
    regulatoryRegimes: regimes,
    shadow: defined({
      low: flags['shadow-low'],
      medium: flags['shadow-medium'],
      high: flags['shadow-high'],
      critical: flags['shadow-critical'],
    }),
    toolRiskOverrides: overrides && parseToolRiskOverrides(overrides),
    webhook: defined({
      url: url === undefined ? undefined : parseWebhookUrl(url),
      secret: webhookSecret,
      enabled: flags['webhook-enabled'] ?? switchOf('THOTH_WEBHOOK_ENABLED', env),
      test: (flags['test-webhook'] || switchOf('THOTH_TEST_WEBHOOK', env)) ?? false,
    }),
    mdm: await mdmInputs(flags, env),
    secretBroker: defined({
      provider: brokerProvider === undefined ? undefined : parseBrokerProvider(brokerProvider),
      enabled: flags['secret-broker-enabled'],
      strictEndpointMode: flags['secret-broker-strict-endpoint-mode'],
      failOnMissingSecret: flags['secret-broker-fail-on-missing-secret'],
      allowedHosts: flags['secret-broker-allowed-host'],
      authBindings: flags['secret-broker-auth-binding']?.map(parseAuthBinding),
    }),
  });
}

async function mdmInputs(
  flags: BootstrapFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<BootstrapInputs['mdm']> {
  const provider = flags['mdm-provider'];
  const file = flags['mdm-config-file'];
  if (!provider) {
    const stray = (['mdm-name', 'mdm-enabled', 'mdm-config-file', 'start-sync'] as const).find(
      (name) => flags[name],
    );
    if (stray !== undefined)
      throw usageError(`--${stray} needs --mdm-provider`, 'name the provider, for example jamf');
    return undefined;
  }
  return defined({
    provider,
    name: flags['mdm-name'],
    enabled: flags['mdm-enabled'] ?? switchOf('THOTH_MDM_ENABLED', env),
    config: file ? await readMdmConfig(file) : undefined,
    startSync: (flags['start-sync'] || switchOf('THOTH_MDM_START_SYNC', env)) ?? false,
  });
}

function list(csv: string | undefined): readonly string[] | undefined {
  const words = csv?.split(',').flatMap((word) => word.trim() || []);
  return words?.length ? words : undefined;
}

/** A variable that is set but empty was left out by the wrapper. */
function switchOf(name: string, env: Readonly<Record<string, string | undefined>>): boolean | undefined {
  const word = env[name]?.trim().toLowerCase();
  if (!word) return undefined;
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw usageError(`${name} must be true or false`, `set ${name}=true, or unset it`);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops undefined members, so that "not given" never reads as a value. */
function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
