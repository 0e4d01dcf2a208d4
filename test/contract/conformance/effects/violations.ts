import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

export const violationEffects: Effects<
  'listViolations' | 'getViolation' | 'streamViolations' | 'listAlerts' | 'getAgentStats'
> = {
  async listViolations({ api, violation }) {
    const read = () => api.call('listViolations', { query: { limit: 1 } });
    const before = await read();
    const id = await violation();
    const after = await read();
    expect(after.total).toBe((before.total ?? 0) + 1);
    expect(after.items).toMatchObject([{ violation_id: id, decision: 'BLOCK' }]);
  },

  async getViolation({ api, violation }) {
    const violationId = await violation({ session_intent: 'triage' });
    const row = await api.call('getViolation', { path: { violationId } });
    expect(row).toMatchObject({ violation_id: violationId, metadata: { session_intent: 'triage' } });
    await expect(api.call('getViolation', { path: { violationId: 'vio_none' } })).rejects.toMatchObject({
      exit: 'notFound',
    });
  },

  async streamViolations({ api, violation }) {
    const abort = new AbortController();
    const seen: unknown[] = [];
    const following = (async () => {
      for await (const { row } of api.stream('streamViolations', { signal: abort.signal }))
        seen.push(row.violation_id);
    })();
    const id = await violation();
    await expect.poll(() => seen).toContain(id);
    abort.abort();
    await following;
  },

  async listAlerts({ api, violation, fresh }) {
    const agent = fresh('agent');
    const alerts = async () =>
      (await api.call('listAlerts', { query: { limit: 1000 } })).items.filter(
        (alert) => alert.agent_id === agent,
      );
    expect(await alerts()).toEqual([]);
    for (let count = 0; count < 12; count += 1)
      await violation({ agent_id: agent, tool_name: `delete_everything_${count}` });
    expect((await alerts()).length).toBeGreaterThan(0);
  },

  async getAgentStats({ api, governed, violation, fresh }) {
    const agent = fresh('agent');
    const row = async () =>
      (await api.call('getAgentStats', {})).items.find((each) => each.agent_id === agent);
    expect(await row()).toBeUndefined();
    await governed({ agent_id: agent });
    await violation({ agent_id: agent });
    expect(await row()).toMatchObject({ calls: 2, allowed: 1, blocked: 1, violations: 1 });
  },
};
