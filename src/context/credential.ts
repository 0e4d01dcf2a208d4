import { ThothctlError, usageError } from '../errors/index.js';
import { placeOf, readCredential } from './credential-store.js';
import { derivedUrl, DEFAULT_APEX, sameAddress } from './host.js';
import { variable } from './paths.js';
import type { ContextPorts } from './ports.js';
import { readSecretFile } from './private-file.js';
import type { ConnectionInputs, Explanation, SelectedContext, Target } from './settings.js';

export interface ResolvedCredential {
  readonly kind: 'bearer' | 'api_key';
  readonly secret: string;
  /** Flag, variable, file or context it came from. */
  readonly origin: string;
  readonly source: Explanation['source'];
  readonly expiresAt: string | null;
}

export interface CredentialResult {
  readonly credential: ResolvedCredential | undefined;
  readonly shadowed: readonly string[];
  readonly notices: readonly string[];
}

interface Candidate {
  readonly kind: ResolvedCredential['kind'];
  readonly origin: string;
  readonly source: Explanation['source'];
  readonly inline?: string;
  readonly file?: string;
  /** A default place: nothing is wrong when it is empty. */
  readonly optional?: boolean;
}

/**
 * Flag, then the context named by `--context`, then environment, then the current context, then the session file of
 * the existing tool. Two kinds at one rank are refused: guessing which identity acts would be worse.
 *
 * @throws ThothctlError `usage`, `credential_elsewhere`, `credential_expired` or `credential_missing`.
 */
export async function resolveCredential(
  inputs: ConnectionInputs,
  target: Target,
  ports: ContextPorts,
): Promise<CredentialResult> {
  const flags = flagCandidates(inputs);
  const ambient = environmentCandidates(ports);
  const { context } = target;
  const kept = context?.credential === undefined ? [] : [`context ${context.name}`];
  const origins = (candidates: readonly Candidate[]): string[] => candidates.map(({ origin }) => origin);

  if (flags.length > 0) return pick(flags, [...origins(ambient), ...kept]);
  if (context?.explicit === true && context.credential !== undefined) {
    const result = await fromContext(context, target, ports, origins(ambient));
    const notice = `Using the credential of context ${context.name}; ${origins(ambient).join(' and ')} ignored because --context was given.`;
    return ambient.length === 0 ? result : { ...result, notices: [...result.notices, notice] };
  }
  if (ambient.length > 0) return pick(ambient, kept);
  if (context?.credential !== undefined) return fromContext(context, target, ports, []);
  return pick(
    [
      {
        kind: 'bearer',
        origin: ports.paths.sessionFile,
        source: 'file',
        file: ports.paths.sessionFile,
        optional: true,
      },
    ],
    [],
  );
}

function flagCandidates(inputs: ConnectionInputs): Candidate[] {
  return [
    ...inline('bearer', 'flag', '--auth-token', inputs.authToken),
    ...file('bearer', 'flag', '--auth-token-file', inputs.authTokenFile),
    ...inline('api_key', 'flag', '--org-api-key', inputs.orgApiKey),
    ...file('api_key', 'flag', '--org-api-key-file', inputs.orgApiKeyFile),
  ];
}

function environmentCandidates({ env }: ContextPorts): Candidate[] {
  const text = (kind: Candidate['kind'], name: string): Candidate[] =>
    inline(kind, 'environment', name, variable(env, name));
  const path = (kind: Candidate['kind'], name: string): Candidate[] =>
    file(kind, 'environment', name, variable(env, name));
  return [
    ...text('bearer', 'THOTH_ADMIN_BEARER_TOKEN'),
    ...text('bearer', 'THOTH_AUTH_TOKEN'),
    ...path('bearer', 'THOTH_ADMIN_BEARER_TOKEN_FILE'),
    ...path('bearer', 'THOTH_AUTH_TOKEN_FILE'),
    ...text('api_key', 'THOTH_ORG_API_KEY'),
    ...path('api_key', 'THOTH_ORG_API_KEY_FILE'),
    ...text('api_key', 'THOTH_API_KEY'),
  ];
}

function inline(
  kind: Candidate['kind'],
  source: Candidate['source'],
  origin: string,
  value: string | undefined,
): Candidate[] {
  return value === undefined ? [] : [{ kind, source, origin, inline: value }];
}

function file(
  kind: Candidate['kind'],
  source: Candidate['source'],
  origin: string,
  value: string | undefined,
): Candidate[] {
  return value === undefined ? [] : [{ kind, source, origin, file: value }];
}

async function pick(
  candidates: readonly Candidate[],
  shadowed: readonly string[],
): Promise<CredentialResult> {
  const [won, ...others] = candidates;
  if (won === undefined) return { credential: undefined, shadowed, notices: [] };
  const rival = others.find(({ kind }) => kind !== won.kind);
  if (rival !== undefined) {
    throw usageError(
      `Two kinds of credential are given: ${won.origin} (admin token) and ${rival.origin} (API key).`,
      'Keep one of them.',
      { code: 'two_credentials' },
    );
  }
  const read =
    won.file === undefined
      ? { secret: won.inline ?? '', warning: undefined }
      : await readSecretFile(won.file);
  if (read === undefined && won.optional === true) return { credential: undefined, shadowed, notices: [] };
  if (read === undefined)
    throw usageError(
      `The credential file ${won.file ?? ''} (${won.origin}) does not exist.`,
      'Check the path.',
    );
  if (read.secret === '') throw usageError(`${won.origin} is empty.`);
  return {
    credential: {
      kind: won.kind,
      secret: read.secret,
      origin: won.origin,
      source: won.source,
      expiresAt: null,
    },
    shadowed: [...others.map(({ origin }) => origin), ...shadowed],
    notices: read.warning === undefined ? [] : [read.warning],
  };
}

async function fromContext(
  context: SelectedContext,
  target: Target,
  ports: ContextPorts,
  shadowed: readonly string[],
): Promise<CredentialResult> {
  const reference = context.credential;
  if (reference === undefined) return { credential: undefined, shadowed, notices: [] };
  expectSamePlace(context, target);
  if (reference.expires_at !== null && Date.parse(reference.expires_at) <= ports.now()) {
    throw new ThothctlError({
      code: 'credential_expired',
      message: `The credential of context ${context.name} expired at ${reference.expires_at}.`,
      exit: 'unauthenticated',
      fix: `Sign in again: thothctl auth login --context ${context.name}`,
    });
  }
  const { secret, warning } = await readCredential(ports, context.name, reference);
  return {
    credential: {
      kind: reference.kind,
      secret,
      origin: `context ${context.name} (${placeOf(reference)})`,
      source: 'context',
      expiresAt: reference.expires_at,
    },
    shadowed,
    notices: warning === undefined ? [] : [warning],
  };
}

/** A credential goes to the tenant and address it was made for, whatever a flag or variable says. */
function expectSamePlace(context: SelectedContext, target: Target): void {
  const own =
    context.govapi_url ?? derivedUrl('grid', context.tenant_id, context.apex_domain ?? DEFAULT_APEX);
  const otherTenant = target.tenantId !== undefined && target.tenantId !== context.tenant_id;
  const otherAddress = target.govapiUrl !== undefined && !sameAddress(own, target.govapiUrl);
  if (!otherTenant && !otherAddress) return;
  const culprits = target.explanations
    .filter(({ setting }) => ['tenant_id', 'govapi_url', 'apex_domain'].includes(setting))
    .filter(({ source }) => source === 'flag' || source === 'environment')
    .map(({ origin }) => origin);
  throw new ThothctlError({
    code: 'credential_elsewhere',
    message: `The credential of context ${context.name} is for tenant ${context.tenant_id} at ${own}; it is not sent to ${
      otherTenant ? `tenant ${target.tenantId ?? ''} at ` : ''
    }${target.govapiUrl ?? ''}.`,
    exit: 'usage',
    fix: `Drop ${culprits.join(' and ') || 'the override'}, choose a fitting context with --context, or give a credential with --auth-token-file or --org-api-key-file.`,
  });
}
