import { expect } from 'vitest';
import type { Effects, Rehearsal } from '../rehearsal.js';

/** A blocked call and a request to be let through. */
async function requested(stage: Rehearsal) {
  const call = { agent_id: stage.fresh('agent'), tool_name: stage.fresh('tool') };
  const violationId = await stage.violation(call);
  const created = await stage.api.call('createPolicyException', {
    body: {
      violation_id: violationId,
      ...call,
      requested_by: 'owner@example.com',
      business_justification: 'month-end close',
      frequency_estimate: 'weekly',
      data_sensitivity: 'internal',
    },
  });
  return { call, requestId: created.request_id, created };
}

const review = (
  { api }: Rehearsal,
  requestId: string,
  decision: 'approve' | 'deny' | 'request_changes',
  more: object = {},
) =>
  api.call('reviewPolicyException', {
    path: { requestId },
    body: { review_decision: decision, reviewed_by: 'ciso@example.com', ...more },
  });

const soon = () => new Date(Date.now() + 600_000).toISOString();

export const exceptionEffects: Effects<
  | 'listPolicyExceptions'
  | 'createPolicyException'
  | 'getPolicyException'
  | 'reviewPolicyException'
  | 'listPolicyChangeArtifacts'
  | 'getPolicyChangeArtifact'
  | 'generatePolicyChangeArtifact'
  | 'applyPolicyChangeArtifact'
> = {
  async listPolicyExceptions(stage) {
    const pending = async () =>
      (await stage.api.call('listPolicyExceptions', { query: { status: 'pending' } })).data.map(
        (row) => row.request_id,
      );
    const { requestId } = await requested(stage);
    expect((await pending())[0]).toBe(requestId);
    await review(stage, requestId, 'deny');
    expect(await pending()).not.toContain(requestId);
  },

  async createPolicyException(stage) {
    const { created, requestId } = await requested(stage);
    expect(created).toMatchObject({ status: 'pending', requested_by: 'owner@example.com' });
    await expect(
      stage.api.call('createPolicyException', {
        body: {
          request_id: requestId,
          violation_id: created.violation_id,
          requested_by: 'x',
          business_justification: 'x',
          frequency_estimate: 'x',
          data_sensitivity: 'x',
        },
      }),
    ).rejects.toMatchObject({ exit: 'conflict' });
  },

  async getPolicyException(stage) {
    const { created, requestId } = await requested(stage);
    const read = () => stage.api.call('getPolicyException', { path: { requestId } });
    expect(await read()).toEqual(created);
    await review(stage, requestId, 'request_changes', { review_notes: 'narrow it' });
    expect(await read()).toMatchObject({ status: 'under_review', review_notes: 'narrow it' });
  },

  async reviewPolicyException(stage) {
    const { call, requestId } = await requested(stage);
    expect(await stage.governed(call)).toMatchObject({ decision: 'BLOCK' });
    expect(await review(stage, requestId, 'approve', { override_expires_at: soon() })).toMatchObject({
      status: 'approved',
    });
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
    expect(await stage.governed({ ...call, agent_id: 'somebody-else' })).toMatchObject({ decision: 'BLOCK' });
    await expect(review(stage, requestId, 'deny')).rejects.toMatchObject({ exit: 'conflict' });
  },

  async listPolicyChangeArtifacts(stage) {
    const ids = async (environment: string) =>
      (
        await stage.api.call('listPolicyChangeArtifacts', { query: { target_environment: environment } })
      ).data.map((row) => row.request_id);
    const { requestId } = await requested(stage);
    expect(await ids('prod')).not.toContain(requestId);
    await review(stage, requestId, 'approve', { target_environment: 'prod', override_expires_at: soon() });
    expect(await ids('prod')).toContain(requestId);
    expect(await ids('dev')).not.toContain(requestId);
  },

  async getPolicyChangeArtifact(stage) {
    const { call, requestId } = await requested(stage);
    const read = () => stage.api.call('getPolicyChangeArtifact', { path: { requestId } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await review(stage, requestId, 'approve', { owner: 'platform', override_expires_at: soon() });
    const artifact = await read();
    expect(artifact).toMatchObject({ request_id: requestId, owner: 'platform', status: 'generated' });
    expect(artifact.policies?.['cedar']).toContain(call.tool_name);
  },

  async generatePolicyChangeArtifact(stage) {
    const { requestId } = await requested(stage);
    await review(stage, requestId, 'approve', { owner: 'platform', override_expires_at: soon() });
    const rebuilt = await stage.api.call('generatePolicyChangeArtifact', {
      path: { requestId },
      body: { owner: 'security', target_environment: 'dev' },
    });
    expect(rebuilt).toMatchObject({ owner: 'security', target_environment: 'dev' });
    expect(await stage.api.call('getPolicyChangeArtifact', { path: { requestId } })).toEqual(rebuilt);
  },

  async applyPolicyChangeArtifact(stage) {
    const { call, requestId } = await requested(stage);
    const apply = () =>
      stage.api.call('applyPolicyChangeArtifact', {
        path: { requestId },
        body: { applied_by: 'platform', apply_channel: 'govapi', policy_format: 'cedar' },
      });
    await expect(apply()).rejects.toMatchObject({ exit: 'conflict' });
    await review(stage, requestId, 'approve', { override_expires_at: soon() });
    const applied = await apply();
    expect(applied).toMatchObject({ request_id: requestId, override_revoked: true });
    expect(await stage.governed(call)).toMatchObject({ decision: 'ALLOW' });
    const bundleId = String(applied.govapi_resource?.['id']);
    await stage.api.call('deletePolicyBundle', { path: { bundleId } });
    expect(await stage.governed(call)).toMatchObject({ decision: 'BLOCK' });
  },
};
