import { comparable, type Kind } from './kind.js';
import { writable } from './write-body.js';

const MEMBERS = [
  'region',
  'policy_id',
  'policy_name',
  'status',
  'rollout_strategy',
  'rollout_pct',
  'provider',
];

export const fleets: Kind = {
  section: 'fleets',
  levels: 1,
  async read(api, _asked, signal) {
    const { data } = await api.call('listFleets', {}, { signal });
    return data.map((fleet) => ({
      identity: [fleet.name],
      fields: comparable(fleet, MEMBERS),
      handle: fleet.fleet_id,
    }));
  },
  async put(api, { identity: [name = ''], wanted, present }, signal) {
    const body = await writable('createFleet', { ...present?.fields, ...wanted, name });
    if (present?.handle === undefined) await api.call('createFleet', { body }, { signal });
    else await api.call('updateFleet', { path: { fleetId: present.handle }, body }, { signal });
  },
  async remove(api, { handle = '' }, signal) {
    await api.call('deleteFleet', { path: { fleetId: handle } }, { signal });
  },
};
