import { usageError } from '../../errors/index.js';

export const SCOPE_LEVELS = ['organization', 'fleet', 'endpoint', 'agent'] as const;
type ScopeLevel = (typeof SCOPE_LEVELS)[number];
export const PERMISSIONS = ['read', 'write', 'execute'] as const;
export type KeyPermission = (typeof PERMISSIONS)[number];

export interface KeyScope {
  readonly level: ScopeLevel;
  /** Undefined for `organization`. */
  readonly targetId: string | undefined;
}

export interface ScopeSelectors {
  readonly organization?: boolean | undefined;
  readonly 'fleet-id'?: string | undefined;
  readonly 'endpoint-id'?: string | undefined;
  readonly 'agent-id'?: string | undefined;
  /** Second spelling of the level; a level other than organization still needs its id. */
  readonly scope?: string | undefined;
}

const HOW = 'choose exactly one scope selector: --organization, --fleet-id, --endpoint-id or --agent-id';

/** @throws ThothctlError `usage` unless exactly one scope is selected. */
export function selectedScope(flags: ScopeSelectors): KeyScope {
  const level = SCOPE_LEVELS.find((name) => name === flags.scope);
  const given: KeyScope[] = [];
  if (flags.organization || level === 'organization')
    given.push({ level: 'organization', targetId: undefined });
  for (const name of ['fleet', 'endpoint', 'agent'] as const) {
    const targetId = flags[`${name}-id`]?.trim();
    if (targetId) given.push({ level: name, targetId });
  }
  const [only] = given;
  if (only === undefined || given.length > 1) throw usageError(HOW, 'give one of them');
  if (level !== undefined && level !== only.level) {
    throw usageError(`--scope ${level} contradicts --${only.level}-id; ${HOW}`, 'drop one of the two');
  }
  return only;
}
