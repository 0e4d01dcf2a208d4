import type { FleetWrite } from '../../../contract/govapi/types.js';
import { ownMember, textMember, type JsonObject } from '../json-documents.js';
import type { ResourceFamily } from '../resources.js';

/** A fleet as its owner wrote it; a member nobody gave is absent. */
export interface FleetDocument {
  readonly name: string;
  readonly region?: string;
  readonly policy_id?: string;
  readonly policy_name?: string;
  readonly status?: FleetWrite['status'];
  readonly rollout_strategy?: FleetWrite['rollout_strategy'];
  readonly rollout_pct?: number;
  readonly provider?: FleetWrite['provider'];
}

const STATUSES = ['active', 'paused', 'deploying', 'error'] as const;
const STRATEGIES = ['canary', 'staged'] as const;
const PROVIDERS = ['jamf', 'intune', 'workspace_one', 'custom', 'none'] as const;

export const FLEETS: ResourceFamily<FleetDocument> = {
  kind: 'fleet',
  narrow: (document) => ({ name: textMember(document, 'name') ?? '', ...optionalMembers(document) }),
};

/** Members that are written replace, members that are left out keep their value. */
export function mergeFleet(before: FleetDocument | undefined, written: FleetWrite): FleetDocument {
  const members: JsonObject = { ...written };
  return { ...before, name: written.name, ...optionalMembers(members) };
}

function optionalMembers(document: JsonObject): Omit<FleetDocument, 'name'> {
  const rolloutPct = ownMember(document, 'rollout_pct');
  const status = oneOf(STATUSES, document, 'status');
  const strategy = oneOf(STRATEGIES, document, 'rollout_strategy');
  const provider = oneOf(PROVIDERS, document, 'provider');
  const [region, policyId, policyName] = ['region', 'policy_id', 'policy_name'].map((member) =>
    textMember(document, member),
  );
  return {
    ...(region === undefined ? {} : { region }),
    ...(policyId === undefined ? {} : { policy_id: policyId }),
    ...(policyName === undefined ? {} : { policy_name: policyName }),
    ...(status === undefined ? {} : { status }),
    ...(strategy === undefined ? {} : { rollout_strategy: strategy }),
    ...(typeof rolloutPct === 'number' ? { rollout_pct: rolloutPct } : {}),
    ...(provider === undefined ? {} : { provider }),
  };
}

function oneOf<T extends string>(words: readonly T[], document: JsonObject, member: string): T | undefined {
  const value = ownMember(document, member);
  return words.find((known) => known === value);
}
