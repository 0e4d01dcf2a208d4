import { expect } from 'vitest';
import type { Effects, Rehearsal } from '../rehearsal.js';

const PACK = 'soc2-type2';

const apply = ({ api }: Rehearsal, agentId: string, more: object = {}) =>
  api.call('applyPackToAgent', { path: { agentId }, body: { pack_id: PACK, environment: 'prod', ...more } });

const packsOf = async ({ api }: Rehearsal, agentId: string, includeRevoked = false) =>
  (await api.call('listAgentPacks', { path: { agentId }, query: { include_revoked: includeRevoked } })).packs;

export const packEffects: Effects<
  | 'listGovernancePacks'
  | 'applyPacksBulk'
  | 'getPackRuntimeStatus'
  | 'getGovernancePackRules'
  | 'listGovernancePackRuleVersions'
  | 'applyPackToAgent'
  | 'listAgentPacks'
  | 'revokePackFromAgent'
> = {
  /** The catalogue ships with the server; every id in it is one that may be applied and no other is. */
  async listGovernancePacks(stage) {
    const { packs, total } = await stage.api.call('listGovernancePacks', {});
    const ids = packs.map((pack) => pack.pack_id);
    expect(ids).toEqual(
      expect.arrayContaining(['soc2-type2', 'gdpr-ai-agents', 'fedramp-moderate', 'hipaa-minimum-necessary']),
    );
    expect(total).toBe(ids.length);
    const agent = stage.fresh('agent');
    for (const id of ids) await apply(stage, agent, { pack_id: id });
    expect((await packsOf(stage, agent)).map((pack) => pack.pack_id).sort()).toEqual([...ids].sort());
    await expect(apply(stage, agent, { pack_id: 'no-such-pack' })).rejects.toMatchObject({
      code: 'unknown_pack',
    });
  },

  async applyPacksBulk(stage) {
    const agents = [stage.fresh('agent'), stage.fresh('agent')];
    const result = await stage.api.call('applyPacksBulk', {
      body: { pack_ids: [PACK, 'gdpr-ai-agents'], agent_ids: agents },
    });
    expect(result).toMatchObject({ applied_count: 4, failed_count: 0, total_ops: 4 });
    expect([...result.target_agent_ids].sort()).toEqual([...agents].sort());
    expect(await packsOf(stage, agents[1] ?? '')).toHaveLength(2);
    await stage.api.call('applyPacksBulk', {
      body: { pack_ids: [PACK], agent_ids: agents, rule_version_by_pack: { [PACK]: 1 } },
    });
    expect((await packsOf(stage, agents[0] ?? '')).find(({ pack_id }) => pack_id === PACK)).toMatchObject({
      rule_version: 1,
    });
    const refused = (body: object, code: string) =>
      expect(
        stage.api.call('applyPacksBulk', { body: { pack_ids: [PACK], agent_ids: agents, ...body } }),
      ).rejects.toMatchObject({ code });
    await refused({ pack_ids: ['no-such-pack'] }, 'unknown_pack');
    await refused({ rule_version_by_pack: { [PACK]: 99 } }, 'unknown_pack');
    await refused({ rule_version_by_pack: { 'gdpr-ai-agents': 1 } }, 'invalid_request');
  },

  async getPackRuntimeStatus(stage) {
    const agent = stage.fresh('agent');
    const known = async () =>
      JSON.stringify((await stage.api.call('getPackRuntimeStatus', { query: { env: 'prod' } })).agents ?? []);
    expect(await known()).not.toContain(`"${agent}"`);
    await apply(stage, agent);
    expect(await known()).toContain(`"${agent}"`);
  },

  async getGovernancePackRules({ api }) {
    const soc2 = await api.call('getGovernancePackRules', { path: { packId: PACK } });
    const hipaa = await api.call('getGovernancePackRules', { path: { packId: 'hipaa-minimum-necessary' } });
    expect(soc2.current_version.rules?.length).toBeGreaterThan(0);
    expect(soc2.current_version.rules).not.toEqual(hipaa.current_version.rules);
    await expect(api.call('getGovernancePackRules', { path: { packId: 'none' } })).rejects.toMatchObject({
      exit: 'notFound',
    });
  },

  async listGovernancePackRuleVersions({ api }) {
    const { versions, total } = await api.call('listGovernancePackRuleVersions', { path: { packId: PACK } });
    expect(versions).toHaveLength(total);
    const current = await api.call('getGovernancePackRules', { path: { packId: PACK } });
    expect(total).toBe(current.total_versions);
    expect(versions.filter((version) => version.active === true)).toHaveLength(1);
    expect(versions.find((version) => version.active === true)?.rule_version).toBe(
      current.current_version.rule_version,
    );
  },

  async applyPackToAgent(stage) {
    const agent = stage.fresh('agent');
    const call = { agent_id: agent, purpose: 'marketing', data_classification: 'restricted' };
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
    const assignment = await apply(stage, agent, {
      overrides: { behavioral_controls: { mismatch_boost: 100, critical_threshold: 0.3, trust_floor: 0 } },
    });
    expect(assignment).toMatchObject({ agent_id: agent, pack_id: PACK, status: 'active' });
    expect((await stage.governed(call))['decision']).not.toBe('ALLOW');
    await stage.api.call('revokePackFromAgent', { path: { agentId: agent, packId: PACK } });
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
  },

  async listAgentPacks(stage) {
    const agent = stage.fresh('agent');
    expect(await packsOf(stage, agent)).toEqual([]);
    await apply(stage, agent, { approval_policy_id: 'four-eyes' });
    expect(await packsOf(stage, agent)).toMatchObject([{ pack_id: PACK, approval_policy_id: 'four-eyes' }]);
  },

  async revokePackFromAgent(stage) {
    const agent = stage.fresh('agent');
    await apply(stage, agent);
    const revoked = await stage.api.call('revokePackFromAgent', { path: { agentId: agent, packId: PACK } });
    expect(revoked).toMatchObject({ status: 'revoked' });
    expect(await packsOf(stage, agent)).toEqual([]);
    expect(await packsOf(stage, agent, true)).toMatchObject([{ pack_id: PACK, status: 'revoked' }]);
  },
};
