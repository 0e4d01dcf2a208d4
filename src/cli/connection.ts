import type { Connection, ConnectionInputs } from '../context/index.js';
import type { GovApi, TraceEvent } from '../govapi/index.js';
import { protect } from './redact.js';
import { resolveSecret } from './secret.js';
import { cleanLine } from '../output/index.js';

type FlagSource = Pick<ConnectionRequest, 'flags' | 'warn'>;

/** What a command knows that decides where to connect and with which credential. */
export interface ConnectionRequest {
  /** Base flags as parsed. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly warn: (text: string) => void;
  readonly notice: (text: string) => void;
  /** `connectionInputs` of this request; stdin can be read only once, so the caller keeps the answer. */
  readonly inputs: () => Promise<ConnectionInputs>;
  /** Hears of the outcome, so that a question can name the tenant and the context. */
  readonly resolved: (connection: Connection) => void;
}

export interface ApiRequest extends ConnectionRequest {
  /** Version of this program. */
  readonly version: string;
  /** For `--debug`. */
  readonly trace: (line: string) => void;
  /** True for commands that stay: pooled connections instead of a cheap start. */
  readonly longLived?: boolean;
}

export type CredentialNeed = 'required' | 'optional' | 'none';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Secret given inline or on stdin. Files and variables are left to `src/context`, which names them in errors. */
async function givenSecret(name: string, { flags, warn }: FlagSource): Promise<string | undefined> {
  const given = flags[name] !== undefined || flags[`${name}-stdin`] === true;
  return given ? (await resolveSecret(name, flags, warn))?.value : undefined;
}

/** Connection inputs from the base flags. */
export async function connectionInputs(request: FlagSource): Promise<ConnectionInputs> {
  const { flags } = request;
  const timeout = flags['timeout-seconds'];
  return {
    context: text(flags['context']),
    tenantId: text(flags['tenant-id']),
    apexDomain: text(flags['apex-domain']),
    govapiUrl: text(flags['govapi-url']),
    timeoutSeconds: typeof timeout === 'number' ? timeout : undefined,
    authToken: await givenSecret('auth-token', request),
    authTokenFile: text(flags['auth-token-file']),
    orgApiKey: await givenSecret('org-api-key', request),
    orgApiKeyFile: text(flags['org-api-key-file']),
  };
}

/** Where this command connects, as whom, and why; notices have been shown. */
export async function resolveFor(request: ConnectionRequest, need: CredentialNeed): Promise<Connection> {
  const { resolveConnection, systemPorts } = await import('../context/index.js');
  const connection = await resolveConnection(await request.inputs(), systemPorts(), need);
  if (connection.credential) protect(connection.credential.secret);
  request.resolved(connection);
  for (const notice of connection.notices) request.notice(notice);
  return connection;
}

function traceLine(event: TraceEvent): string {
  const { kind, ...rest } = event;
  return cleanLine(`debug: ${kind} ${JSON.stringify(rest)}`);
}

/** Client of the selected tenant. Loaded only by commands that call the control plane. */
export async function connect(request: ApiRequest, need: CredentialNeed = 'required'): Promise<GovApi> {
  const [connection, { createGovApi }] = await Promise.all([
    resolveFor(request, need),
    import('../govapi/index.js'),
  ]);
  const { flags, version, longLived = false } = request;
  const caFile = text(flags['ca-file']);
  return createGovApi({
    tenantId: connection.tenantId,
    baseUrl: connection.baseUrl,
    credential: connection.credential,
    version,
    timeoutSeconds: connection.timeoutSeconds,
    insecureHttp: flags['insecure-http'] === true,
    longLived,
    ...(caFile !== undefined && { caFile }),
    ...(flags['debug'] === true && { onTrace: (event: TraceEvent) => request.trace(traceLine(event)) }),
  });
}
