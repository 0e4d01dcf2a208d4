import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

export const forensicsEffects: Effects<
  'getSessionForensics' | 'getIncidentForensics' | 'getAgentLatestForensics'
> = {
  async getSessionForensics({ api, governed, violation, fresh }) {
    const sessionId = fresh('session');
    const read = () => api.call('getSessionForensics', { path: { sessionId } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await governed({ session_id: sessionId });
    const calm = await read();
    expect(calm.events).toHaveLength(1);
    await violation({ session_id: sessionId });
    const worse = await read();
    expect(worse.events).toHaveLength(2);
    expect(worse.risk_score).toBeGreaterThan(calm.risk_score);
  },

  async getIncidentForensics({ api, violation, governed, fresh }) {
    const session = fresh('session');
    const incidentId = await violation({ session_id: session });
    const first = await api.call('getIncidentForensics', { path: { incidentId } });
    expect(first).toMatchObject({ session_id: session, incident_id: incidentId });
    await governed({ session_id: session });
    const second = await api.call('getIncidentForensics', { path: { incidentId } });
    expect(second.events.length).toBe(first.events.length + 1);
    await expect(
      api.call('getIncidentForensics', { path: { incidentId: 'vio_none' } }),
    ).rejects.toMatchObject({ exit: 'notFound' });
  },

  async getAgentLatestForensics({ api, governed, fresh }) {
    const agentId = fresh('agent');
    const latest = async () => (await api.call('getAgentLatestForensics', { path: { agentId } })).session_id;
    await expect(latest()).rejects.toMatchObject({ exit: 'notFound' });
    for (const session of [fresh('session'), fresh('session')]) {
      await governed({ agent_id: agentId, session_id: session });
      expect(await latest()).toBe(session);
    }
  },
};
