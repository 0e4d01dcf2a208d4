import type { IncomingHttpHeaders } from 'node:http';
import type { CredentialDirectory } from '../tenants/credential-directory.js';
import { presentedCredential, presentedIngestToken } from './credential-headers.js';
import type { Endpoint } from './endpoint-table.js';
import { HttpError, type Principal } from './port.js';

/** Stands in for a principal on routes that authenticate otherwise. Grants nothing. */
const NOBODY: Omit<Principal, 'tenantId'> = {
  kind: 'ingest',
  credentialId: '',
  name: 'anonymous',
  permissions: new Set(),
  scope: { level: 'agent', targetId: null },
};

/** Works with every kind of credential of the tenant (contract: checkAuth, endCliSession). */
const ANY_CREDENTIAL: ReadonlySet<string> = new Set(['checkAuth', 'endCliSession']);

/**
 * Who may call what: the tenant of the path must be the credential's own, the control plane needs organization scope,
 * and the permission is the route's.
 */
export function grantAccess(
  credentials: CredentialDirectory,
  endpoint: Endpoint,
  headers: IncomingHttpHeaders,
  pathTenantId: string | undefined,
  now: number,
): Principal {
  const { route } = endpoint;
  if (route.permission === 'none' && !ANY_CREDENTIAL.has(route.operationId)) {
    return { ...NOBODY, tenantId: pathTenantId ?? '' };
  }
  const principal = authenticate(credentials, endpoint, headers, now);
  if (pathTenantId !== undefined && pathTenantId !== principal.tenantId) {
    // The same answer for a foreign tenant and for one that does not exist.
    throw new HttpError(403, 'forbidden', 'the credential belongs to another tenant');
  }
  if (ANY_CREDENTIAL.has(route.operationId)) return principal;
  if (!endpoint.dataPlane && principal.scope.level !== 'organization') {
    throw new HttpError(403, 'forbidden', 'organization scope required');
  }
  if (!permits(endpoint, principal)) {
    throw new HttpError(403, 'forbidden', `permission ${route.permission} required`);
  }
  return principal;
}

function permits({ route }: Endpoint, { permissions }: Principal): boolean {
  if (route.permission === 'none') return true;
  return (
    permissions.has(route.permission) ||
    (route.orPermission !== undefined && permissions.has(route.orPermission))
  );
}

function authenticate(
  credentials: CredentialDirectory,
  endpoint: Endpoint,
  headers: IncomingHttpHeaders,
  now: number,
): Principal {
  const plaintext = presentedCredential(headers);
  if (endpoint.operationId === 'ingestEvents') {
    const principal = plaintext === undefined ? undefined : credentials.authenticate(plaintext, now);
    if (principal && permits(endpoint, principal)) return principal;
    const token = presentedIngestToken(headers);
    if (token !== undefined) {
      const ingest = credentials.authenticate(token, now);
      if (principal !== undefined && principal.tenantId !== ingest.tenantId) {
        throw new HttpError(403, 'forbidden', 'the ingest token belongs to another tenant');
      }
      return { ...ingest, kind: 'ingest' };
    }
    if (principal !== undefined) return principal;
  }
  if (plaintext === undefined) throw new HttpError(401, 'unauthorized', 'no credential was sent');
  return credentials.authenticate(plaintext, now);
}
