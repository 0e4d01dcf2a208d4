import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

export const approvalEffects: Effects<
  'listApprovals' | 'resolveApproval' | 'getApproval' | 'streamApprovals'
> = {
  async listApprovals({ api, held }) {
    const pending = async () =>
      (await api.call('listApprovals', { query: { status: 'pending' } })).data.map((row) => row.approval_id);
    const { approvalId } = await held();
    expect((await pending())[0]).toBe(approvalId);
    await api.call('resolveApproval', { path: { approvalId }, body: { decision: 'deny' } });
    expect(await pending()).not.toContain(approvalId);
  },

  async resolveApproval({ api, held, thoth }) {
    const { approvalId, holdToken } = await held();
    expect((await thoth.hold(holdToken)).body).not.toHaveProperty('resolution', 'ALLOW');
    const resolved = await api.call('resolveApproval', {
      path: { approvalId },
      body: { decision: 'approved', reason: 'looked at it' },
    });
    expect(resolved).toMatchObject({ decision: 'approved', status: 'approved' });
    expect((await thoth.hold(holdToken)).body).toMatchObject({ resolved: true });
    await expect(
      api.call('resolveApproval', { path: { approvalId }, body: { decision: 'deny' } }),
    ).rejects.toMatchObject({ exit: 'conflict' });
  },

  async getApproval({ api, held }) {
    const { approvalId } = await held({ tool_args: { amount: 12 } });
    const read = () => api.call('getApproval', { path: { approvalId } });
    expect(await read()).toMatchObject({ status: 'pending', resolved_by: null });
    await api.call('resolveApproval', { path: { approvalId }, body: { decision: 'blocked' } });
    expect(await read()).toMatchObject({ status: 'denied' });
  },

  async streamApprovals({ api, held }) {
    const abort = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { row } of api.stream('streamApprovals', { signal: abort.signal }))
        seen.push(row.approval_id);
    })();
    const { approvalId } = await held();
    await expect.poll(() => seen).toContain(approvalId);
    abort.abort();
    await following;
  },
};
