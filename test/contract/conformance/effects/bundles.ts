import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Effects, Rehearsal } from '../rehearsal.js';

const forbid = (tool: string): string =>
  `forbid(principal, action == Thoth::Action::"tool_call:${tool}", resource);`;

const push = ({ api }: Rehearsal, name: string, rawPolicy: string, more: object = {}) =>
  api.call('createPolicyBundle', { body: { name, framework: 'CEDAR', raw_policy: rawPolicy, ...more } });

/** A tool of its own and the call that may use it, until a policy forbids it. */
function tool(stage: Rehearsal) {
  const name = stage.fresh('tool');
  return { name, call: { tool_name: name, approved_scope: [name] } };
}

export const bundleEffects: Effects<
  | 'listPolicyBundles'
  | 'createPolicyBundle'
  | 'listEffectivePolicyBundles'
  | 'getPolicyBundle'
  | 'deletePolicyBundle'
  | 'rollbackPolicyBundle'
  | 'openPolicyBundleGroup'
  | 'stagePolicyBundles'
  | 'commitPolicyBundleGroup'
  | 'explainPolicy'
> = {
  async listPolicyBundles(stage) {
    const name = stage.fresh('bundle');
    const versions = async () =>
      (await stage.api.call('listPolicyBundles', { query: { framework: 'cedar' } })).data
        .filter((row) => row.name === name)
        .map((row) => row.version);
    expect(await versions()).toEqual([]);
    await push(stage, name, forbid('one'));
    await push(stage, name, forbid('two'));
    expect(await versions()).toEqual([2, 1]);
  },

  async createPolicyBundle(stage) {
    const { name, call } = tool(stage);
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
    await push(stage, stage.fresh('bundle'), forbid(name));
    expect(await stage.governed(call)).toMatchObject({ decision: 'BLOCK' });
  },

  async listEffectivePolicyBundles(stage) {
    const name = stage.fresh('bundle');
    const agent = stage.fresh('agent');
    const governing = async (agentId: string) =>
      (await stage.api.call('listEffectivePolicyBundles', { query: { agent_id: agentId } })).data
        .filter((row) => row.name === name)
        .map((row) => [row.version, row.status]);
    await push(stage, name, forbid('one'), { assignments: [`agent:${agent}`] });
    expect(await governing(agent)).toEqual([[1, 'active']]);
    expect(await governing('somebody-else')).toEqual([]);
    await push(stage, name, forbid('one'), { assignments: [agent], status: 'paused' });
    expect(await governing(agent)).toEqual([]);
  },

  async getPolicyBundle(stage) {
    const created = await push(stage, stage.fresh('bundle'), forbid('one'), { description: 'why' });
    const read = () => stage.api.call('getPolicyBundle', { path: { bundleId: created.id } });
    expect(await read()).toMatchObject({
      id: created.id,
      description: 'why',
      policy_hash: created.policy_hash,
    });
    await stage.api.call('deletePolicyBundle', { path: { bundleId: created.id } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
  },

  async deletePolicyBundle(stage) {
    const { name, call } = tool(stage);
    const created = await push(stage, stage.fresh('bundle'), forbid(name));
    expect(await stage.governed(call)).toMatchObject({ decision: 'BLOCK' });
    await stage.api.call('deletePolicyBundle', { path: { bundleId: created.id } });
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
  },

  async explainPolicy(stage) {
    const { name, call } = tool(stage);
    const explained = async () =>
      (await stage.api.call('explainPolicy', { body: { call } })).steps.map(({ step, outcome }) => [
        step,
        outcome,
      ]);
    expect((await explained()).at(-1)).toEqual(['decision', 'ALLOW']);
    const bundle = stage.fresh('bundle');
    await push(stage, bundle, forbid(name));
    expect(await explained()).toContainEqual([`bundle ${bundle}@1`, 'BLOCK']);
    expect((await explained()).at(-1)).toEqual(['decision', 'BLOCK']);
  },

  async rollbackPolicyBundle(stage) {
    const { name, call } = tool(stage);
    const bundle = stage.fresh('bundle');
    const first = await push(stage, bundle, forbid(name));
    await push(stage, bundle, forbid('another'));
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
    const back = await stage.api.call('rollbackPolicyBundle', { path: { bundleId: first.id }, body: {} });
    expect(back).toMatchObject({ name: bundle, version: 3, policy_hash: first.policy_hash });
    expect(await stage.governed(call)).toMatchObject({ decision: 'BLOCK' });
  },

  async openPolicyBundleGroup(stage) {
    const open = (digest: string) => stage.api.call('openPolicyBundleGroup', { body: { digest, size: 1 } });
    const digest = createHash('sha256').update(stage.fresh('group')).digest('hex');
    const first = await open(digest);
    await stage.api.call('stagePolicyBundles', {
      path: { groupId: first.group_id },
      body: { members: [creation(stage.fresh('bundle'), 'one')] },
    });
    expect(await open(digest)).toMatchObject({ group_id: first.group_id, staged: [expect.any(String)] });
  },

  async stagePolicyBundles(stage) {
    const { name, call } = tool(stage);
    const { group_id: groupId } = await opened(stage, 2);
    const add = (bundle: string, of: string) =>
      stage.api.call('stagePolicyBundles', { path: { groupId }, body: { members: [creation(bundle, of)] } });
    expect(await add(stage.fresh('bundle'), name)).toMatchObject({ staged: 1, size: 2 });
    expect(await add(stage.fresh('bundle'), 'another')).toMatchObject({ staged: 2, size: 2 });
    expect(await stage.governed(call), 'nothing governs before the commit').toMatchObject({
      decision: 'ALLOW',
    });
  },

  async commitPolicyBundleGroup(stage) {
    const { name, call } = tool(stage);
    const { group_id: groupId } = await opened(stage, 2);
    const commit = () => stage.api.call('commitPolicyBundleGroup', { path: { groupId }, body: {} });
    const bundles = [stage.fresh('bundle'), stage.fresh('bundle')];
    await stage.api.call('stagePolicyBundles', {
      path: { groupId },
      body: { members: [creation(bundles[0] ?? '', name), creation(bundles[1] ?? '', 'another')] },
    });
    const done = await commit();
    expect(done.changes.map((change) => change.name).sort()).toEqual([...bundles].sort());
    expect(await stage.governed(call)).toMatchObject({ decision: 'BLOCK' });
  },
};

const creation = (name: string, forbidden: string) =>
  ({ action: 'create', name, expected_id: null, framework: 'CEDAR', raw_policy: forbid(forbidden) }) as const;

const opened = ({ api, fresh }: Rehearsal, size: number) =>
  api.call('openPolicyBundleGroup', {
    body: { digest: createHash('sha256').update(fresh('group')).digest('hex'), size },
  });
