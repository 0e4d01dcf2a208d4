import { randomBytes } from 'node:crypto';
import type { ApiKey } from '../../contract/govapi/types.js';
import { HttpError, type Permission } from '../http/port.js';
import type { Database } from '../store/schema.js';
import { credentialHash, type Credential } from './credential-directory.js';
import { instant } from './json-documents.js';
import { isScopeLevel, storedPermissions, type ScopeLevel } from './principal.js';

export type ApiKeyRow = Database['api_keys'];

const KEY_PREFIX = 'thoth_live_';
const KEY_BYTES = 30;
/** Enough to tell keys apart in a list, far too little to guess the rest. */
const SHOWN_CHARACTERS = KEY_PREFIX.length + 6;

export interface KeyMaterial {
  /** Shown once, in the reply to its creation. */
  readonly plaintext: string;
  readonly hash: string;
  readonly prefix: string;
}

export function newKeyMaterial(): KeyMaterial {
  const plaintext = `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
  return { plaintext, hash: credentialHash(plaintext), prefix: plaintext.slice(0, SHOWN_CHARACTERS) };
}

/** Metadata as clients see it; revoked and expired keys stay listed as inactive. */
export function presentApiKey(row: ApiKeyRow, now: number): ApiKey {
  return {
    key_id: row.key_id,
    name: row.name,
    prefix: row.prefix,
    scope_level: isScopeLevel(row.scope_level) ? row.scope_level : 'agent',
    scope_target_id: row.scope_target_id,
    permissions: [...storedPermissions(row.permissions)],
    created_at: instant(row.created_at),
    expires_at: instant(row.expires_at),
    last_used_at: instant(row.last_used_at),
    active: isActive(row, now),
    revoked_at: instant(row.revoked_at),
    jit_reason: row.jit_reason,
    created_by: row.created_by,
    minted_by: row.minted_by,
  };
}

export function isActive(row: Pick<ApiKeyRow, 'expires_at' | 'revoked_at'>, now: number): boolean {
  return row.revoked_at === null && (row.expires_at === null || row.expires_at > now);
}

/** Exactly one scope: organization alone, or one of the others with a target. */
export function checkedScope(level: ScopeLevel, target: string | undefined): string | null {
  const named = target?.trim() ?? '';
  if (level === 'organization') {
    if (named !== '')
      throw new HttpError(400, 'invalid_request', 'scope_target_id must be absent for organization');
    return null;
  }
  if (named === '') throw new HttpError(400, 'invalid_request', `scope_target_id is required for ${level}`);
  return named;
}

/** The last instant RFC 3339 can write. */
const END_OF_TIME = Date.parse('9999-12-31T23:59:59.999Z');

/** Null is never. An end that no reply could show would make the list of keys unreadable for good. */
export function checkedExpiry(now: number, ttlSeconds: number | undefined): number | null {
  if (ttlSeconds === undefined) return null;
  const expiresAt = now + ttlSeconds * 1000;
  if (expiresAt <= END_OF_TIME) return expiresAt;
  throw new HttpError(
    400,
    'invalid_request',
    'ttl_seconds leads past the year 9999; leave it out for a key without end',
  );
}

export interface KeyQuestion {
  readonly keyId: string;
  readonly permission: Permission;
  readonly resourceType: ScopeLevel;
  readonly resourceId: string;
  /** Fleets the resource belongs to: a key of one of them covers it. */
  readonly fleets: ReadonlySet<string>;
}

/** Whether key material may do something. A wrong, foreign or dead key is a negative answer, not an error. */
export function judgeKey(
  credential: Credential | undefined,
  tenantId: string,
  question: KeyQuestion,
  now: number,
) {
  const principal = credential?.principal;
  const matches =
    credential !== undefined &&
    principal?.kind === 'api_key' &&
    principal.tenantId === tenantId &&
    principal.credentialId === question.keyId;
  if (!matches) {
    return {
      valid: false,
      permission_allowed: false,
      scope_allowed: false,
      expired: false,
      authorized: false,
    };
  }
  const expired = credential.expiresAt !== null && credential.expiresAt <= now;
  const valid = credential.revokedAt === null && !expired;
  const permissionAllowed = credential.principal.permissions.has(question.permission);
  const { level, targetId } = credential.principal.scope;
  const scopeAllowed =
    level === 'organization' ||
    (level === question.resourceType && targetId === question.resourceId) ||
    (level === 'fleet' && targetId !== null && question.fleets.has(targetId));
  return {
    valid,
    permission_allowed: permissionAllowed,
    scope_allowed: scopeAllowed,
    expired,
    authorized: valid && permissionAllowed && scopeAllowed,
  };
}
