import { ThothctlError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { MdmProviderName } from '../mdm/index.js';
import type { BootstrapInputs } from './inputs.js';
import { updateSettings } from '../settings/update.js';
import { settingsPatch } from './settings-patch.js';

export type StageName = 'settings' | 'webhook_test' | 'mdm_provider' | 'mdm_sync';

export interface StageResult {
  readonly stage: StageName;
  readonly status: 'done' | 'unchanged' | 'failed' | 'not_reached' | 'planned';
  readonly detail: string;
  readonly data?: unknown;
}

export interface BootstrapReport {
  readonly tenant_id: string;
  /** True when every stage asked for succeeded. */
  readonly success: boolean;
  readonly dry_run: boolean;
  /** One flag per stage asked for: the form wrappers test. */
  readonly settings_updated: boolean;
  readonly webhook_tested?: boolean;
  readonly mdm_provider_upserted?: boolean;
  readonly mdm_sync_started?: boolean;
  readonly stages: readonly StageResult[];
}

export interface BootstrapOptions {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  /** Called as each stage begins and ends, for progress on stderr. */
  readonly onStage?: (stage: StageName, state: 'start' | StageResult) => void;
}

type StageRun = () => Promise<Omit<StageResult, 'stage'>>;
type BootstrapApi = Pick<GovApi, 'call' | 'tenantId'>;

/**
 * Runs the stages in order: settings, webhook test, MDM provider, MDM sync. Every stage is safe to repeat.
 * @throws ThothctlError naming the stage that failed, with that stage's exit code and the report in `details`.
 */
export async function runBootstrap(
  api: BootstrapApi,
  inputs: BootstrapInputs,
  options: BootstrapOptions,
): Promise<BootstrapReport> {
  const stages = plannedStages(api, inputs, options);
  const results: StageResult[] = [];
  let failure: { stage: StageName; error: ThothctlError } | undefined;
  for (const [stage, run] of stages) {
    if (failure !== undefined) {
      results.push({ stage, status: 'not_reached', detail: `${failure.stage} failed before it` });
      continue;
    }
    options.onStage?.(stage, 'start');
    try {
      results.push({ stage, ...(await run()) });
    } catch (cause) {
      if (!(cause instanceof ThothctlError)) throw cause;
      failure = { stage, error: cause };
      results.push({ stage, status: 'failed', detail: cause.message });
    }
    const last = results.at(-1);
    if (last !== undefined) options.onStage?.(stage, last);
  }
  const report = summarise(api.tenantId, results, options.dryRun);
  if (failure === undefined) return report;
  throw new ThothctlError({
    code: failure.error.code,
    message: `bootstrap stage ${failure.stage} failed: ${failure.error.message}`,
    exit: failure.error.exit,
    fix: `${failure.error.fix ?? 'repair the cause'}; the stages before it are in place and running bootstrap again is safe`,
    requestId: failure.error.requestId,
    details: { ...report },
    cause: failure.error,
  });
}

function plannedStages(
  api: BootstrapApi,
  inputs: BootstrapInputs,
  { dryRun, signal }: BootstrapOptions,
): [StageName, StageRun][] {
  const planned =
    (detail: string): StageRun =>
    () =>
      Promise.resolve({ status: 'planned', detail });
  const stages: [StageName, StageRun][] = [['settings', () => settingsStage(api, inputs, dryRun, signal)]];
  if (inputs.webhook.test) {
    stages.push([
      'webhook_test',
      dryRun ? planned('would send a test event to the webhook') : () => webhookStage(api, signal),
    ]);
  }
  const { mdm } = inputs;
  if (mdm !== undefined) {
    stages.push([
      'mdm_provider',
      dryRun ? planned(`would upsert provider ${mdm.provider}`) : () => providerStage(api, mdm, signal),
    ]);
    if (mdm.startSync) {
      stages.push([
        'mdm_sync',
        dryRun
          ? planned(`would start a sync of ${mdm.provider}`)
          : () => syncStage(api, mdm.provider, signal),
      ]);
    }
  }
  return stages;
}

async function settingsStage(
  api: BootstrapApi,
  inputs: BootstrapInputs,
  dryRun: boolean,
  signal: AbortSignal | undefined,
): Promise<Omit<StageResult, 'stage'>> {
  const patch = settingsPatch(inputs);
  if (Object.keys(patch).length === 0) return { status: 'unchanged', detail: 'no settings given' };
  const { status, changes } = await updateSettings(api, patch, { dryRun, ...(signal && { signal }) });
  const paths = changes.map((change) => change.path).join(', ');
  if (status === 'unchanged') return { status, detail: 'already as wanted' };
  if (status === 'planned') return { status, detail: `would update ${paths}`, data: changes };
  return { status: 'done', detail: `updated ${paths}` };
}

async function webhookStage(
  api: BootstrapApi,
  signal: AbortSignal | undefined,
): Promise<Omit<StageResult, 'stage'>> {
  const result = await api.call('testWebhook', { body: {} }, { signal });
  if (result.status === 'delivered') {
    return { status: 'done', detail: `delivered, HTTP ${result.http_status ?? '2xx'}`, data: result };
  }
  throw new ThothctlError({
    code: 'webhook_test_failed',
    message: `the receiver did not accept the test event: ${result.error ?? `HTTP ${result.http_status ?? 'no answer'}`}`,
    exit: 'checkFailed',
    fix: 'check the receiver and its URL, then try `thothctl webhooks test`',
  });
}

async function providerStage(
  api: BootstrapApi,
  mdm: NonNullable<BootstrapInputs['mdm']>,
  signal: AbortSignal | undefined,
): Promise<Omit<StageResult, 'stage'>> {
  const result = await api.call(
    'upsertMdmProvider',
    {
      body: {
        provider: mdm.provider,
        ...(mdm.name === undefined ? {} : { name: mdm.name }),
        ...(mdm.enabled === undefined ? {} : { enabled: mdm.enabled }),
        ...(mdm.config === undefined ? {} : { config: mdm.config }),
      },
    },
    { signal },
  );
  return {
    status: 'done',
    detail: `${mdm.provider} is ${result.enabled ? 'enabled' : 'disabled'}`,
    data: result,
  };
}

async function syncStage(
  api: BootstrapApi,
  provider: MdmProviderName,
  signal: AbortSignal | undefined,
): Promise<Omit<StageResult, 'stage'>> {
  const job = await api.call('startMdmSync', { path: { provider }, body: {} }, { signal });
  return { status: 'done', detail: `job ${job.job_id} is ${job.status}`, data: job };
}

function summarise(tenantId: string, stages: readonly StageResult[], dryRun: boolean): BootstrapReport {
  const reached = (name: StageName): boolean | undefined => {
    const stage = stages.find((result) => result.stage === name);
    return stage === undefined ? undefined : stage.status === 'done' || stage.status === 'unchanged';
  };
  const flags = {
    webhook_tested: reached('webhook_test'),
    mdm_provider_upserted: reached('mdm_provider'),
    mdm_sync_started: reached('mdm_sync'),
  };
  return {
    tenant_id: tenantId,
    success: stages.every((stage) => stage.status !== 'failed' && stage.status !== 'not_reached'),
    dry_run: dryRun,
    settings_updated: reached('settings') ?? false,
    ...Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)),
    stages,
  };
}
