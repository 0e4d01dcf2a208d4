import type { OperationInput } from '../../contract/index.js';
import { Flags } from '../../cli/flags.js';

const STATUSES = ['active', 'paused', 'deploying', 'error'] as const;
const STRATEGIES = ['canary', 'staged'] as const;
const PROVIDERS = ['jamf', 'intune', 'workspace_one', 'custom', 'none'] as const;

/** What can be said of a fleet. */
export const fleetFlags = {
  region: Flags.string({ description: 'region' }),
  'policy-id': Flags.string({ description: 'policy of the fleet, by id' }),
  'policy-name': Flags.string({ description: 'policy of the fleet, by name' }),
  status: Flags.option({ options: STATUSES, description: 'state' })(),
  'rollout-strategy': Flags.option({ options: STRATEGIES, description: 'how changes reach it' })(),
  'rollout-pct': Flags.integer({ description: 'share of endpoints reached', min: 0, max: 100 }),
  provider: Flags.option({ options: PROVIDERS, description: 'where its endpoints come from' })(),
};

export interface FleetFlags {
  readonly region?: string | undefined;
  readonly 'policy-id'?: string | undefined;
  readonly 'policy-name'?: string | undefined;
  readonly status?: (typeof STATUSES)[number] | undefined;
  readonly 'rollout-strategy'?: (typeof STRATEGIES)[number] | undefined;
  readonly 'rollout-pct'?: number | undefined;
  readonly provider?: (typeof PROVIDERS)[number] | undefined;
}

export function fleetBody(
  name: string,
  flags: FleetFlags,
): NonNullable<OperationInput<'createFleet'>['body']> {
  return {
    name,
    region: flags.region,
    policy_id: flags['policy-id'],
    policy_name: flags['policy-name'],
    status: flags.status,
    rollout_strategy: flags['rollout-strategy'],
    rollout_pct: flags['rollout-pct'],
    provider: flags.provider,
  };
}
