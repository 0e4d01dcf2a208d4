import { sensitivityRank } from '../sensitivity.js';
import type { EngineRequest, TenantSnapshot } from '../types.js';

/** What an approved exception lets one agent do with one tool for a while. */
export interface Override {
  readonly requestId: string;
  /** The rules that decided the violation the exception was asked for; nothing else is set aside. */
  readonly ruleIds: readonly string[];
  /** Only calls of this environment; undefined means every call. */
  readonly environment: string | undefined;
  /** Only calls that declare this purpose. */
  readonly purpose: string | undefined;
  /** Only calls whose data is labelled at most so. */
  readonly maxSensitivity: string | undefined;
  /** The call is held for a person instead of let through. */
  readonly hold: boolean;
  /** Milliseconds since the epoch; from then on it is void. */
  readonly expiresAt: number;
}

export function overrideKey(agentId: string, toolName: string): string {
  return JSON.stringify([agentId, toolName]);
}

const NONE: readonly Override[] = [];

/** Overrides that cover the call at the time the server received it. */
export function overridesFor(request: EngineRequest, snapshot: TenantSnapshot): readonly Override[] {
  if (snapshot.overrides.size === 0) return NONE;
  const known = snapshot.overrides.get(overrideKey(request.agentId, request.toolName));
  if (known === undefined) return NONE;
  const now = Date.parse(request.receivedAt);
  const rank = sensitivityRank((request.dataClassification ?? '').trim().toLowerCase());
  // Written so that a time that cannot be read covers nothing.
  return known.filter(
    (each) =>
      now < each.expiresAt &&
      (each.environment === undefined || each.environment === request.environment) &&
      (each.purpose === undefined || each.purpose === request.purpose) &&
      (each.maxSensitivity === undefined || rank <= sensitivityRank(each.maxSensitivity)),
  );
}
