import { usageError } from '../errors/index.js';
import { readContexts, type Context } from './contexts-file.js';
import { checkTenantId, DEFAULT_APEX, derivedUrl } from './host.js';
import { variable } from './paths.js';
import type { ContextPorts } from './ports.js';

/** What the command line said. Files are paths; nothing here was read from the environment. */
export interface ConnectionInputs {
  readonly context?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly apexDomain?: string | undefined;
  readonly govapiUrl?: string | undefined;
  readonly timeoutSeconds?: number | undefined;
  /** Inline or from stdin. */
  readonly authToken?: string | undefined;
  readonly authTokenFile?: string | undefined;
  readonly orgApiKey?: string | undefined;
  readonly orgApiKeyFile?: string | undefined;
}

/** Why a setting has its value. `value` never holds a secret. */
export interface Explanation {
  readonly setting: string;
  readonly value: string | null;
  readonly source: 'flag' | 'environment' | 'context' | 'default' | 'derived' | 'file' | 'unset';
  /** Flag, variable, context or file it came from. */
  readonly origin: string | null;
  /** Where else a value was given, and lost. */
  readonly shadowed: readonly string[];
}

export interface SelectedContext extends Context {
  readonly name: string;
  /** Named by `--context`, not merely the current one. */
  readonly explicit: boolean;
}

export interface Target {
  readonly context: SelectedContext | undefined;
  /** Undefined when nothing names a tenant. */
  readonly tenantId: string | undefined;
  readonly apexDomain: string;
  readonly govapiUrl: string | undefined;
  readonly enforceUrl: string | undefined;
  readonly timeoutSeconds: number;
  readonly explanations: readonly Explanation[];
}

interface Candidate {
  readonly source: Explanation['source'];
  readonly origin: string;
  readonly value: string | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 30;
const GOVAPI_VARIABLES = ['THOTH_GOVAPI_URL', 'THOTH_GOVAPI_BASE', 'THOTH_GOV_API_URL'];

/** Flag, then environment, then selected context, then default, for everything but the credential. */
export async function resolveTarget(inputs: ConnectionInputs, ports: ContextPorts): Promise<Target> {
  const explanations: Explanation[] = [];
  const choose = (setting: string, candidates: readonly Candidate[]): string | undefined => {
    const given = candidates.filter(({ value }) => value !== undefined);
    const [won] = given;
    explanations.push({
      setting,
      value: won?.value ?? null,
      source: won?.source ?? 'unset',
      origin: won?.origin ?? null,
      shadowed: given
        .slice(1)
        .filter(({ source }) => source !== 'default')
        .map(({ origin }) => origin),
    });
    return won?.value;
  };
  const fromEnv = (...names: string[]): Candidate[] =>
    names.map((name) => ({ source: 'environment', origin: name, value: variable(ports.env, name) }));

  const saved = await readContexts(ports.paths.contextsFile);
  const contextName = choose('context', [
    { source: 'flag', origin: '--context', value: inputs.context },
    ...fromEnv('THOTHCTL_CONTEXT'),
    { source: 'file', origin: ports.paths.contextsFile, value: saved.current ?? undefined },
  ]);
  const context =
    contextName === undefined ? undefined : select(saved.contexts, contextName, inputs.context !== undefined);
  const fromContext = (value: string | undefined): Candidate[] =>
    context === undefined ? [] : [{ source: 'context', origin: `context ${context.name}`, value }];

  const tenantId = choose('tenant_id', [
    { source: 'flag', origin: '--tenant-id', value: inputs.tenantId },
    ...fromEnv('THOTH_TENANT_ID'),
    ...fromContext(context?.tenant_id),
  ]);
  if (tenantId !== undefined) checkTenantId(tenantId);
  const apexDomain =
    choose('apex_domain', [
      { source: 'flag', origin: '--apex-domain', value: inputs.apexDomain },
      ...fromEnv('THOTH_APEX_DOMAIN'),
      ...fromContext(context?.apex_domain),
      { source: 'default', origin: 'default', value: DEFAULT_APEX },
    ]) ?? DEFAULT_APEX;
  const given: Candidate[] = [
    { source: 'flag', origin: '--govapi-url', value: inputs.govapiUrl },
    ...fromEnv(...GOVAPI_VARIABLES),
    ...fromContext(context?.govapi_url),
  ];
  const derive = (service: 'grid' | 'enforce'): Candidate => ({
    source: 'derived',
    origin: 'tenant_id and apex_domain',
    value: tenantId === undefined ? undefined : derivedUrl(service, tenantId, apexDomain),
  });
  const addressed = given.some(({ value }) => value !== undefined);
  const govapiUrl = choose('govapi_url', addressed ? given : [derive('grid')]);
  const enforceUrl = choose('enforce_url', [
    ...fromEnv('THOTH_ENFORCER_URL'),
    ...fromContext(context?.enforce_url),
    // A control plane at its own address serves both planes there, as the local one does.
    addressed ? { source: 'derived', origin: 'govapi_url', value: govapiUrl } : derive('enforce'),
  ]);
  const timeout = choose('timeout_seconds', [
    { source: 'flag', origin: '--timeout-seconds', value: inputs.timeoutSeconds?.toString() },
    ...fromEnv('THOTH_TIMEOUT_SECONDS'),
    { source: 'default', origin: 'default', value: String(DEFAULT_TIMEOUT_SECONDS) },
  ]);
  return {
    context,
    tenantId,
    apexDomain,
    govapiUrl,
    enforceUrl,
    timeoutSeconds: parseTimeout(timeout),
    explanations,
  };
}

function select(
  contexts: Readonly<Record<string, Context>>,
  name: string,
  explicit: boolean,
): SelectedContext {
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context !== undefined) return { ...context, name, explicit };
  const known = Object.keys(contexts).sort();
  throw usageError(
    `There is no context ${JSON.stringify(name)}.`,
    known.length === 0
      ? 'Sign in with `thothctl auth login`, or start a control plane with `thothctl server start`.'
      : `Known contexts: ${known.join(', ')}.`,
  );
}

function parseTimeout(text: string | undefined): number {
  const seconds = Number(text ?? DEFAULT_TIMEOUT_SECONDS);
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 3600) {
    throw usageError(
      'The time limit must be between 1 and 3600 seconds.',
      'Check --timeout-seconds and THOTH_TIMEOUT_SECONDS.',
    );
  }
  return seconds;
}
