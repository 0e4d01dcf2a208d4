import { expect } from 'vitest';
import type { Effects, Rehearsal } from '../rehearsal.js';

async function backfill(
  stage: Rehearsal,
  operation: 'backfillGovernanceEvidence' | 'backfillGovernanceEvidenceCompat',
): Promise<void> {
  const { api } = stage;
  const run = (dryRun: boolean) =>
    api.call(operation, { query: { dry_run: dryRun, limit: 1000 }, body: null });
  const before = await run(true);
  // An SDK that acted on its own: the server holds no evidence of it.
  await stage.report({ tool_name: 'read_mail', decision: 'BLOCK' });
  const preview = await run(true);
  expect(preview.would_create).toBe((before.would_create ?? 0) + 1);
  expect(preview.created).toBe(0);
  const done = await run(false);
  expect(done.created).toBe(preview.would_create);
  expect(done.evidence_ids).toHaveLength(done.created);
  expect(await run(false)).toMatchObject({ created: 0 });
}

export const evidenceEffects: Effects<
  | 'getEvidenceChain'
  | 'verifyEvidenceChain'
  | 'getSessionEvidenceBundle'
  | 'backfillGovernanceEvidence'
  | 'backfillGovernanceEvidenceCompat'
  | 'exportEvidence'
  | 'getEvidenceHead'
  | 'listEvidenceKeys'
  | 'getPolicyInput'
  | 'listRecordedCalls'
> = {
  async getEvidenceChain({ api, governed, fresh }) {
    const { chain_head: head } = await api.call('getEvidenceChain', { query: { limit: 1 } });
    const { chain_index: end } = await api.call('getEvidenceHead', {});
    expect(head).toBe(end);
    const session = fresh('session');
    await governed({ session_id: session });
    const page = await api.call('getEvidenceChain', { query: { from_sequence: end } });
    expect(page.data.map((record) => [record.chain_index, record.session_id])).toEqual([[end + 1, session]]);
    expect(page.latest_session_id).toBe(session);
  },

  async verifyEvidenceChain({ api, governed }) {
    const before = await api.call('verifyEvidenceChain', {});
    await governed({});
    const after = await api.call('verifyEvidenceChain', {});
    expect(after).toMatchObject({ verified: true, chain_head: before.chain_head + 1 });
    expect(after.records_checked).toBe(before.records_checked + 1);
  },

  async getSessionEvidenceBundle({ api, governed, fresh }) {
    const sessionId = fresh('session');
    const read = () => api.call('getSessionEvidenceBundle', { path: { sessionId } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await governed({ session_id: sessionId });
    const first = await read();
    expect(first.evidence).toHaveLength(1);
    expect((await read()).bundle_hash).toBe(first.bundle_hash);
    await governed({ session_id: sessionId });
    const second = await read();
    expect(second.evidence).toHaveLength(2);
    expect(second.bundle_hash).not.toBe(first.bundle_hash);
  },

  backfillGovernanceEvidence: (stage) => backfill(stage, 'backfillGovernanceEvidence'),
  backfillGovernanceEvidenceCompat: (stage) => backfill(stage, 'backfillGovernanceEvidenceCompat'),

  async exportEvidence({ api, governed }) {
    const { chain_index: end } = await api.call('getEvidenceHead', {});
    await governed({});
    const page = await api.call('exportEvidence', { query: { from_sequence: end } });
    expect(page.data.map((record) => record.chain_index)).toEqual([end + 1]);
    expect(page.head.chain_index).toBe(end + 1);
    expect(page.head.hash).toBe(page.data[0]?.hash);
  },

  async getEvidenceHead({ api, governed }) {
    const before = await api.call('getEvidenceHead', {});
    await governed({});
    const after = await api.call('getEvidenceHead', {});
    expect(after.chain_index).toBe(before.chain_index + 1);
    expect(after.hash).not.toBe(before.hash);
    expect(after.signature).not.toBe(before.signature);
  },

  /** Keys are made once per installation: what changes with recorded input is which of them signed it. */
  async listEvidenceKeys({ api, governed }) {
    await governed({});
    const { keys } = await api.call('listEvidenceKeys', {});
    const { data } = await api.call('exportEvidence', { query: { from_sequence: 0, limit: 500 } });
    for (const record of data) expect(keys.map((key) => key.key_id)).toContain(record.key_id);
    expect(keys[0]?.public_key_pem).toContain('BEGIN PUBLIC KEY');
  },

  async getPolicyInput({ api, governed }) {
    const read = async () => {
      const { chain_index: chainIndex } = await api.call('getEvidenceHead', {});
      return api.call('getPolicyInput', { path: { chainIndex } });
    };
    await governed({ purpose: 'triage', tool_args: { password: 'hunter2', query: 'a' } });
    const first = await read();
    expect(JSON.stringify(first.input)).toContain('triage');
    expect(JSON.stringify(first.input)).not.toContain('hunter2');
    await governed({ purpose: 'billing' });
    expect((await read()).digest).not.toBe(first.digest);
  },

  async listRecordedCalls({ api, governed, fresh }) {
    const { chain_index: end } = await api.call('getEvidenceHead', {});
    const read = () => api.call('listRecordedCalls', { query: { from_sequence: end } });
    expect(await read()).toMatchObject({ data: [], next_sequence: null });
    const tool = fresh('tool');
    await governed({ tool_name: tool, tool_args: { password: 'hunter2' } });
    const { data } = await read();
    expect(data).toMatchObject([{ chain_index: end + 1, tool_name: tool, decision: 'BLOCK' }]);
    expect(JSON.stringify(data[0]?.input)).toContain(tool);
    expect(JSON.stringify(data)).not.toContain('hunter2');
  },
};
