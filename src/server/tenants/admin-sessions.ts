import type { CompiledQuery } from 'kysely';
import type { Store } from '../store/port.js';
import { credentialHash, type Credential } from './credential-directory.js';
import { adminPrincipal } from './principal.js';
import { sessionToken } from './session-token.js';

export interface NewSession {
  readonly sessionId: string;
  /** Plaintext; handed out once. */
  readonly token: string;
  readonly tokenHash: string;
  readonly credential: Credential;
  readonly statement: CompiledQuery;
}

interface SessionOrder {
  readonly tenantId: string;
  readonly name: string;
  readonly now: number;
  readonly expiresAt: number | null;
  /** Id of the session that let this one in; null for an admin of the server's own making. */
  readonly mintedBy: string | null;
}

/** Prepares an admin session; it exists once the statement is committed and the credential put into the directory. */
export function newAdminSession(
  context: { readonly store: Store; readonly sessionSecret: string; newId(prefix: string): string },
  order: SessionOrder,
): NewSession {
  const sessionId = context.newId('ses');
  const { tenantId, name, now, expiresAt, mintedBy } = order;
  const token = sessionToken({ tenantId, sessionId, name, issuedAt: now, expiresAt }, context.sessionSecret);
  const tokenHash = credentialHash(token);
  return {
    sessionId,
    token,
    tokenHash,
    credential: {
      principal: adminPrincipal(tenantId, sessionId, name),
      expiresAt,
      revokedAt: null,
      mintedBy,
    },
    statement: context.store.build
      .insertInto('admin_sessions')
      .values({
        tenant_id: tenantId,
        session_id: sessionId,
        token_hash: tokenHash,
        name,
        created_at: now,
        expires_at: expiresAt,
        revoked_at: null,
        minted_by: mintedBy,
      })
      .compile(),
  };
}
