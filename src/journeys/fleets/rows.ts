import type { SendableFamily } from '../bulk/index.js';

/** Fleets from a file. Names are unique, so running a file again makes no fleet twice. */
export const FLEET_ROWS: SendableFamily<'createFleet'> = {
  what: 'fleets',
  operation: 'createFleet',
  fields: {
    name: 'text',
    region: 'text',
    policy_id: 'text',
    policy_name: 'text',
    status: 'text',
    rollout_strategy: 'text',
    rollout_pct: 'number',
    provider: 'text',
  },
  keyName: 'name',
  key: (body) => body.name,
  send: async (api, body, signal) => {
    const { fleet_id, name } = await api.call('createFleet', { body }, { signal });
    return { fleet_id, name };
  },
};
