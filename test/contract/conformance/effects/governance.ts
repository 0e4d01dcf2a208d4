import { expect } from 'vitest';
import type { Effects, Rehearsal } from '../rehearsal.js';

const hour = 3_600_000;
const around = () => ({
  from: new Date(Date.now() - hour).toISOString(),
  to: new Date(Date.now() + hour).toISOString(),
});

export const governanceEffects: Effects<
  | 'listGovernanceFeed'
  | 'listGovernanceTools'
  | 'getGovernanceEvidenceSlos'
  | 'backfillGovernanceDecisionFields'
  | 'exportDecisionMetadata'
  | 'collectDecisionMetadata'
  | 'streamFeed'
  | 'triggerPolicySync'
  | 'getPolicySyncStatus'
> = {
  async listGovernanceFeed({ api, governed, fresh }) {
    const tool = fresh('tool');
    const read = () => api.call('listGovernanceFeed', { query: { tool_name: tool } });
    expect(await read()).toMatchObject({ data: [], total: 0 });
    await governed({ tool_name: tool });
    const page = await read();
    expect(page.total).toBe(1);
    expect(page.data[0]).toMatchObject({ tool_name: tool, decision: 'BLOCK' });
  },

  async listGovernanceTools({ api, governed, fresh }) {
    const tool = fresh('tool');
    const row = async () =>
      (await api.call('listGovernanceTools', { query: { limit: 1000 } })).data.find(
        (each) => each.tool_name === tool,
      );
    expect(await row()).toBeUndefined();
    await governed({ tool_name: tool });
    await governed({ tool_name: tool, approved_scope: [tool] });
    expect(await row()).toMatchObject({ calls: 2, blocked: 1, allowed: 1 });
  },

  async getGovernanceEvidenceSlos({ api, violation }) {
    const before = await api.call('getGovernanceEvidenceSlos', {});
    await violation();
    const after = await api.call('getGovernanceEvidenceSlos', {});
    expect(after.metrics.rows_scanned).toBe(before.metrics.rows_scanned + 1);
    expect(after.metrics.violation_relevant_rows).toBe(before.metrics.violation_relevant_rows + 1);
    expect(after.metrics.evidence_chain_verification_success).toBe(1);
  },

  async backfillGovernanceDecisionFields({ api, report, fresh, violation }) {
    const session = fresh('session');
    const tool = fresh('tool');
    const run = (dryRun: boolean) =>
      api.call('backfillGovernanceDecisionFields', { query: { dry_run: dryRun, limit: 5000 }, body: null });
    const before = await run(true);
    await violation({ session_id: session, tool_name: tool });
    await report({ event_type: 'TOOL_CALL_BLOCK', session_id: session, tool_name: tool });
    const preview = await run(true);
    expect(preview.would_update).toBe((before.would_update ?? 0) + 1);
    const done = await run(false);
    expect(done.updated).toBe(preview.would_update);
    expect(await run(false)).toMatchObject({ updated: 0 });
  },

  async exportDecisionMetadata({ api, governed, held }) {
    const read = () => api.call('exportDecisionMetadata', { query: { ...around(), limit: 5000 } });
    const before = await read();
    await governed({ user_id: 'secret.person@example.com', tool_args: { body: 'never exported' } });
    await held();
    const after = await read();
    expect(after.record_count).toBe(before.record_count + 2);
    expect(after.approval_count).toBe(before.approval_count + 1);
    expect(JSON.stringify(after)).not.toMatch(/secret\.person|never exported/);
  },

  async collectDecisionMetadata({ api, governed }) {
    await governed({});
    const exported = await api.call('exportDecisionMetadata', { query: around() });
    const { chain_index: before } = await api.call('getEvidenceHead', {});
    const collected = await api.call('collectDecisionMetadata', { body: exported });
    expect(collected).toMatchObject({ record_count: exported.record_count });
    const page = await api.call('getEvidenceChain', { query: { from_sequence: before } });
    expect(page.data).toHaveLength(1);
  },

  async streamFeed({ api, governed, fresh }) {
    const tool = fresh('tool');
    const abort = new AbortController();
    const seen: unknown[] = [];
    const following = (async () => {
      for await (const { row } of api.stream('streamFeed', { signal: abort.signal })) {
        seen.push(row.tool_name);
        if (row.tool_name === tool) abort.abort();
      }
    })();
    await governed({ tool_name: tool });
    await following;
    expect(seen.filter((name) => name === tool)).toHaveLength(1);
  },

  async triggerPolicySync(stage) {
    const finished = () => expect.poll(async () => (await stage.api.call('getPolicySyncStatus', {})).status);
    const sync = () => stage.api.call('triggerPolicySync', { body: {} });
    await pushForNobody(stage);
    await sync();
    await finished().toBe('success');
    expect((await sync()).status).not.toBe('idle');
    await finished().toBe('no_change');
    await pushForNobody(stage);
    await sync();
    await finished().toBe('success');
  },

  async getPolicySyncStatus(stage) {
    await pushForNobody(stage);
    const before = await stage.api.call('getPolicySyncStatus', {});
    await stage.api.call('triggerPolicySync', { body: {} });
    const run = async () => (await stage.api.call('getPolicySyncStatus', {})).run_id;
    await expect.poll(run).not.toBe(before.run_id);
  },
};

/** A bundle that governs no agent of the other effects. */
const pushForNobody = ({ api, fresh }: Rehearsal) =>
  api.call('createPolicyBundle', {
    body: {
      name: fresh('bundle'),
      framework: 'CEDAR',
      raw_policy: 'permit(principal, action, resource);',
      assignments: ['agent:nobody'],
    },
  });
