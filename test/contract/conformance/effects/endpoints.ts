import { expect } from 'vitest';
import type { Effects, Rehearsal } from '../rehearsal.js';

const register = ({ api }: Rehearsal, id: string, more: object = {}) =>
  api.call('registerEndpoint', { body: { endpoint_id: id, hostname: `${id}.example`, ...more } });

const createFleet = ({ api }: Rehearsal, name: string, more: object = {}) =>
  api.call('createFleet', { body: { name, ...more } });

export const endpointEffects: Effects<
  | 'listFleets'
  | 'createFleet'
  | 'getFleet'
  | 'updateFleet'
  | 'deleteFleet'
  | 'listEndpoints'
  | 'registerEndpoint'
  | 'getEndpointStats'
  | 'getEndpoint'
  | 'quarantineEndpoint'
  | 'releaseEndpoint'
> = {
  async listFleets(stage) {
    const names = async () => (await stage.api.call('listFleets', {})).data.map((fleet) => fleet.name);
    const name = stage.fresh('fleet');
    expect(await names()).not.toContain(name);
    await createFleet(stage, name);
    expect(await names()).toContain(name);
  },

  async createFleet(stage) {
    const bare = await createFleet(stage, stage.fresh('fleet'));
    for (const member of [
      'region',
      'policy_id',
      'policy_name',
      'status',
      'rollout_strategy',
      'provider',
    ] as const)
      expect(bare[member] ?? null, member).toBeNull();
    await stage.api.call('createApiKey', {
      body: { scope_level: 'fleet', scope_target_id: bare.fleet_id, permissions: ['execute'] },
    });
    await expect(
      stage.api.call('createApiKey', {
        body: { scope_level: 'fleet', scope_target_id: 'no-such-fleet', permissions: ['execute'] },
      }),
    ).rejects.toMatchObject({ exit: 'usage' });
  },

  async getFleet(stage) {
    const { fleet_id: fleetId } = await createFleet(stage, stage.fresh('fleet'));
    const read = () => stage.api.call('getFleet', { path: { fleetId } });
    expect((await read()).endpoint_count).toBe(0);
    await register(stage, stage.fresh('endpoint'), { fleet_id: fleetId });
    expect((await read()).endpoint_count).toBe(1);
  },

  async updateFleet(stage) {
    const { fleet_id: fleetId } = await createFleet(stage, stage.fresh('fleet'), {
      region: 'eu',
      rollout_pct: 10,
    });
    const written = await stage.api.call('updateFleet', {
      path: { fleetId },
      body: { name: 'renamed', rollout_strategy: 'canary', rollout_pct: 25 },
    });
    expect(written).toMatchObject({
      fleet_id: fleetId,
      name: 'renamed',
      rollout_strategy: 'canary',
      rollout_pct: 25,
    });
    expect(await stage.api.call('getFleet', { path: { fleetId } })).toMatchObject({ name: 'renamed' });
  },

  async deleteFleet(stage) {
    const { fleet_id: fleetId } = await createFleet(stage, stage.fresh('fleet'));
    await stage.api.call('deleteFleet', { path: { fleetId } });
    await expect(stage.api.call('getFleet', { path: { fleetId } })).rejects.toMatchObject({
      exit: 'notFound',
    });
  },

  async listEndpoints(stage) {
    const id = stage.fresh('endpoint');
    const ids = async (env: string) =>
      (await stage.api.call('listEndpoints', { query: { env } })).data.map((row) => row.endpoint_id);
    await register(stage, id, { environment: 'staging' });
    expect(await ids('staging')).toContain(id);
    expect(await ids('dev')).not.toContain(id);
  },

  async registerEndpoint(stage) {
    const id = stage.fresh('endpoint');
    const first = await register(stage, id, { agent_ids: ['b', 'a'], risk_score: 3 });
    expect(first).toMatchObject({ endpoint_id: id, agent_ids: ['b', 'a'], risk_score: 3 });
    for (const member of ['department', 'enrollment', 'environment', 'fleet_id', 'provider'] as const)
      expect(first[member] ?? null, member).toBeNull();
    const second = await register(stage, id, { agent_ids: ['c'], risk_score: 4 });
    expect(second).toMatchObject({ agent_ids: ['c'], risk_score: 4, created_at: first.created_at });
  },

  async getEndpointStats(stage) {
    const read = () => stage.api.call('getEndpointStats', {});
    const before = await read();
    const id = stage.fresh('endpoint');
    await register(stage, id, { enrollment: 'unmanaged' });
    expect(await read()).toMatchObject({ total: before.total + 1, unmanaged: before.unmanaged + 1 });
    await stage.api.call('quarantineEndpoint', { path: { endpointId: id } });
    expect(await read()).toMatchObject({ quarantined: before.quarantined + 1 });
  },

  async getEndpoint(stage) {
    const id = stage.fresh('endpoint');
    const read = () => stage.api.call('getEndpoint', { path: { endpointId: id } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await register(stage, id, { department: 'finance' });
    expect(await read()).toMatchObject({ hostname: `${id}.example`, department: 'finance' });
  },

  async quarantineEndpoint(stage) {
    const id = stage.fresh('endpoint');
    await register(stage, id);
    const call = { endpoint_id: id };
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
    const quarantined = await stage.api.call('quarantineEndpoint', { path: { endpointId: id } });
    expect(quarantined.status).toBe('quarantined');
    expect(await stage.governed(call)).toMatchObject({ decision: 'BLOCK' });
    // As a client may tell it that knows no member of that name.
    expect(await stage.governed({ metadata: { endpoint_id: id } })).toMatchObject({ decision: 'BLOCK' });
  },

  async releaseEndpoint(stage) {
    const id = stage.fresh('endpoint');
    await register(stage, id);
    await stage.api.call('quarantineEndpoint', { path: { endpointId: id } });
    const released = await stage.api.call('releaseEndpoint', { path: { endpointId: id } });
    expect(released.status).not.toBe('quarantined');
    expect(await stage.governed({ endpoint_id: id })).toMatchObject({ decision: 'ALLOW' });
  },
};
