import { hash } from 'node:crypto';
import { HttpError, type Permission, type Principal } from '../http/port.js';
import type { Store } from '../store/port.js';
import type { Holder } from './lineage.js';
import { adminPrincipal, isScopeLevel, storedPermissions } from './principal.js';

export interface Credential {
  readonly principal: Principal;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Id of the credential that made this one; null when none did, or none was recorded. */
  readonly mintedBy: string | null;
}

/**
 * Every credential of the installation by the SHA-256 of its plaintext, in memory: authentication reads no table. The
 * plaintext is kept nowhere; since lookups go by hash, their timing tells nothing about the secret itself.
 */
export interface CredentialDirectory {
  load(): Promise<void>;
  /** The principal behind a plaintext; 401 when it is unknown, revoked or expired. */
  authenticate(plaintext: string, now: number): Principal;
  find(plaintext: string): Credential | undefined;
  /** Adds or replaces, after the change is durable. */
  put(credentialHash: string, credential: Credential): void;
  revoke(credentialId: string, at: number): void;
  /** The credential with this id, then who made it, then who made that, as far as it is recorded. Dead ones count as well. */
  lineOf(credentialId: string | null): readonly Holder[];
  /** API keys used since the last call, with the instant of their latest use. */
  takeUses(): ReadonlyMap<string, { readonly tenantId: string; readonly at: number }>;
}

export function credentialHash(plaintext: string): string {
  return hash('sha256', plaintext);
}

export function createCredentialDirectory(store: Store): CredentialDirectory {
  const byHash = new Map<string, Credential>();
  const byId = new Map<string, Pick<Credential, 'principal' | 'mintedBy'>>();
  const put = (hashed: string, credential: Credential): void => {
    byHash.set(hashed, credential);
    byId.set(credential.principal.credentialId, credential);
  };
  let uses = new Map<string, { tenantId: string; at: number }>();

  return {
    async load() {
      byHash.clear();
      byId.clear();
      for (const row of await store.read.selectFrom('api_keys').selectAll().execute()) {
        put(row.key_hash, apiKeyCredential(row));
      }
      for (const row of await store.read.selectFrom('admin_sessions').selectAll().execute()) {
        put(row.token_hash, {
          principal: adminPrincipal(row.tenant_id, row.session_id, row.name),
          expiresAt: row.expires_at,
          revokedAt: row.revoked_at,
          mintedBy: row.minted_by,
        });
      }
    },
    authenticate(plaintext, now) {
      const credential = byHash.get(credentialHash(plaintext));
      if (credential === undefined) throw new HttpError(401, 'unauthorized', 'credential rejected');
      if (credential.revokedAt !== null) throw new HttpError(401, 'credential_revoked', 'credential revoked');
      if (credential.expiresAt !== null && credential.expiresAt <= now) {
        throw new HttpError(401, 'credential_expired', 'credential expired');
      }
      const { principal } = credential;
      if (principal.kind === 'api_key') {
        const use = uses.get(principal.credentialId);
        if (use === undefined) uses.set(principal.credentialId, { tenantId: principal.tenantId, at: now });
        else use.at = now;
      }
      return principal;
    },
    find: (plaintext) => byHash.get(credentialHash(plaintext)),
    put,
    revoke(credentialId, at) {
      for (const [hashed, credential] of byHash) {
        if (credential.principal.credentialId !== credentialId || credential.revokedAt !== null) continue;
        byHash.set(hashed, { ...credential, revokedAt: at });
      }
    },
    lineOf(credentialId) {
      const line = new Set<Holder>();
      for (let id = credentialId; id !== null;) {
        const found = byId.get(id);
        // A line that closed into a ring was not written by this server, and must not keep it busy for ever.
        if (found === undefined || line.has(found.principal)) break;
        line.add(found.principal);
        id = found.mintedBy;
      }
      return [...line];
    },
    takeUses() {
      const taken = uses;
      uses = new Map();
      return taken;
    },
  };
}

export interface ApiKeyFacts {
  readonly tenant_id: string;
  readonly key_id: string;
  readonly prefix: string;
  readonly name: string | null;
  readonly scope_level: string;
  readonly scope_target_id: string | null;
  readonly permissions: string;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly minted_by: string | null;
}

export function apiKeyCredential(row: ApiKeyFacts): Credential {
  const permissions: ReadonlySet<Permission> = new Set(storedPermissions(row.permissions));
  return {
    principal: {
      tenantId: row.tenant_id,
      kind: 'api_key',
      credentialId: row.key_id,
      name: row.name === null || row.name === '' ? row.prefix : row.name,
      permissions,
      // A level this version does not know must not widen into organization scope.
      scope: isScopeLevel(row.scope_level)
        ? { level: row.scope_level, targetId: row.scope_target_id }
        : { level: 'agent', targetId: row.scope_target_id },
    },
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    mintedBy: row.minted_by,
  };
}
