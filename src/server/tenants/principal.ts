import type { Permission, Principal } from '../http/port.js';

export type ScopeLevel = Principal['scope']['level'];

const PERMISSIONS: readonly Permission[] = ['read', 'write', 'execute'];
const SCOPE_LEVELS: readonly ScopeLevel[] = ['organization', 'fleet', 'endpoint', 'agent'];

function isPermission(value: unknown): value is Permission {
  return PERMISSIONS.some((permission) => permission === value);
}

export function isScopeLevel(value: unknown): value is ScopeLevel {
  return SCOPE_LEVELS.some((level) => level === value);
}

/** Permissions as stored: a JSON array in the order of creation. Unknown words grant nothing. */
export function storedPermissions(text: string): readonly Permission[] {
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.filter(isPermission) : [];
}

/** An administrator of one tenant, signed in or holding the token of the first start. */
export function adminPrincipal(tenantId: string, sessionId: string, name: string): Principal {
  return {
    tenantId,
    kind: 'admin',
    credentialId: sessionId,
    name,
    permissions: new Set(PERMISSIONS),
    scope: { level: 'organization', targetId: null },
  };
}
