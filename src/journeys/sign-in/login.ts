import { saveSession, systemPorts, type Connection, type ContextPorts } from '../../context/index.js';
import { placeOf } from '../../context/index.js';
import type { GovApi } from '../../govapi/client.js';
import { writeTokenFile } from './token-file.js';

export interface LoginRequest {
  readonly adminEmail: string;
  /** Domain of the organisation; that of the e-mail address unless given. */
  readonly customerDomain: string | undefined;
  /** Write the session to this file and nothing else. */
  readonly tokenFile: string | undefined;
  /** Asks for the code after the person was told where to get it. */
  readonly code: (authorizeUrl: string | null) => Promise<string>;
  readonly signal?: AbortSignal;
}

export interface LoginResult {
  readonly tenant_id: string;
  readonly principal: string;
  readonly expires_at: string | null;
  /** Where the session is kept, for the user. */
  readonly stored_in: string;
  /** Absent when only a file was written. */
  readonly context?: string;
}

/** A client without a credential for the exchange, and one with the new token to verify it. */
export interface LoginClients {
  readonly open: Pick<GovApi, 'call'>;
  readonly withToken: (token: string) => Pick<GovApi, 'call'>;
}

/**
 * Start, one-time code, exchange, check, save. The session is saved only after the control plane has accepted it.
 * @throws ThothctlError 401 for a wrong or used code; nothing is written then.
 */
export async function login(
  clients: LoginClients,
  connection: Connection,
  request: LoginRequest,
  ports: ContextPorts = systemPorts(),
): Promise<LoginResult> {
  const { signal } = request;
  const domain = request.customerDomain ?? request.adminEmail.split('@').at(-1);
  const started = await clients.open.call(
    'startCliLogin',
    { body: { admin_email: request.adminEmail, ...(domain && { customer_domain: domain }) } },
    { signal },
  );
  const code = (await request.code(started.authorize_url)).trim();
  const session = await clients.open.call(
    'exchangeCliLogin',
    { body: { code, state: started.state } },
    { signal },
  );
  const who = await clients.withToken(session.token).call('checkAuth', {}, { signal });
  const result = {
    tenant_id: connection.tenantId,
    principal: who.principal,
    expires_at: session.expires_at,
  };
  if (request.tokenFile !== undefined) {
    const file = await writeTokenFile(request.tokenFile, session.token);
    return { ...result, stored_in: file };
  }
  const name = connection.context?.name ?? connection.tenantId;
  const context = await saveSession(ports, name, placeOfConnection(connection), {
    kind: 'bearer',
    secret: session.token,
    expiresAt: session.expires_at,
  });
  const stored = context.credential === undefined ? 'nowhere' : placeOf(context.credential);
  return { ...result, stored_in: stored, context: name };
}

/** The address as the user gave it; a derived one stays derived, so that it follows the domain. */
function placeOfConnection(connection: Connection) {
  const given = connection.explanations.find(({ setting }) => setting === 'govapi_url');
  return {
    tenant_id: connection.tenantId,
    govapi_url: given?.source === 'derived' ? null : connection.baseUrl,
    apex_domain: connection.apexDomain,
  };
}
