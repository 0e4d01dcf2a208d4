import { ThothctlError, usageError } from '../errors/index.js';
import { resolveCredential, type ResolvedCredential } from './credential.js';
import type { ContextPorts } from './ports.js';
import { resolveTarget, type ConnectionInputs, type Explanation, type SelectedContext } from './settings.js';

/** Where to connect, as whom, and why. */
export interface Connection {
  readonly context: SelectedContext | undefined;
  readonly tenantId: string;
  readonly baseUrl: string;
  /** Base of the data plane. */
  readonly enforceUrl: string;
  readonly apexDomain: string;
  readonly timeoutSeconds: number;
  readonly credential: ResolvedCredential | undefined;
  readonly explanations: readonly Explanation[];
  /** For stderr. */
  readonly notices: readonly string[];
}

/**
 * @param need `none` looks for no credential (sign-in), `optional` leaves it undefined, `required` fails without one.
 * @throws ThothctlError with the setting at fault and how to give it.
 */
export async function resolveConnection(
  inputs: ConnectionInputs,
  ports: ContextPorts,
  need: 'required' | 'optional' | 'none' = 'required',
): Promise<Connection> {
  const target = await resolveTarget(inputs, ports);
  const { tenantId, govapiUrl, enforceUrl } = target;
  if (tenantId === undefined || govapiUrl === undefined || enforceUrl === undefined) {
    throw usageError(
      'No tenant is selected.',
      'Give --tenant-id or THOTH_TENANT_ID, choose a context with `thothctl context use`, or start a local control plane with `thothctl server start`.',
    );
  }
  const { credential, shadowed, notices } =
    need === 'none'
      ? { credential: undefined, shadowed: [], notices: [] }
      : await resolveCredential(inputs, target, ports);
  if (credential === undefined && need === 'required') throw notSignedIn(tenantId);
  return {
    context: target.context,
    tenantId,
    baseUrl: govapiUrl,
    enforceUrl,
    apexDomain: target.apexDomain,
    timeoutSeconds: target.timeoutSeconds,
    credential,
    explanations: [...target.explanations, explainCredential(credential, shadowed)],
    notices,
  };
}

/** What `config explain` shows: every setting, also when together they do not make a connection. */
export async function explainSettings(
  inputs: ConnectionInputs,
  ports: ContextPorts,
): Promise<{ readonly explanations: readonly Explanation[]; readonly problem: ThothctlError | undefined }> {
  const target = await resolveTarget(inputs, ports);
  try {
    const { credential, shadowed } = await resolveCredential(inputs, target, ports);
    return {
      explanations: [...target.explanations, explainCredential(credential, shadowed)],
      problem: undefined,
    };
  } catch (error) {
    if (!(error instanceof ThothctlError)) throw error;
    return { explanations: [...target.explanations, explainCredential(undefined, [])], problem: error };
  }
}

function explainCredential(
  credential: ResolvedCredential | undefined,
  shadowed: readonly string[],
): Explanation {
  if (credential === undefined)
    return { setting: 'credential', value: null, source: 'unset', origin: null, shadowed };
  return {
    setting: 'credential',
    value: credential.kind === 'bearer' ? 'admin token' : 'organization API key',
    source: credential.source,
    origin: credential.origin,
    shadowed,
  };
}

function notSignedIn(tenantId: string): ThothctlError {
  return new ThothctlError({
    code: 'not_signed_in',
    message: `There is no credential for tenant ${tenantId}.`,
    exit: 'unauthenticated',
    fix: 'Sign in with `thothctl auth login`, or set THOTH_ORG_API_KEY.',
  });
}
