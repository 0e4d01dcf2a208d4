import { comparable, type Kind, type TenantApi } from './kind.js';
import { writable } from './write-body.js';

/** Scopes of agents. An agent that was merely seen has none and is not part of the file. */
export const agents: Kind = {
  section: 'agents',
  levels: 1,
  async read(api, _asked, signal) {
    const { data } = await api.call('listAgents', {}, { signal });
    return data
      .filter((agent) => (agent.approved_scope ?? null) !== null)
      .map((agent) => ({
        identity: [agent.agent_id],
        fields: { approved_scope: agent.approved_scope ?? [] },
      }));
  },
  async put(api, { identity: [agentId = ''], wanted }, signal) {
    const body = await writable('setAgentScope', wanted);
    await api.call('setAgentScope', { path: { agentId }, body }, { signal });
  },
};

const PACK_MEMBERS = ['environment', 'approval_policy_id', 'overrides'];
/** Agents whose packs are asked for at a time. */
const AT_ONCE = 8;

/** Packs of agents: `packs: { <agent>: { <pack>: … } }`. */
export const packs: Kind = {
  section: 'packs',
  levels: 2,
  async read(api, asked, signal) {
    const { data } = await api.call('listAgents', {}, { signal });
    const named = [...asked].map((key) => String((JSON.parse(key) as unknown[])[0]));
    const ids = [...new Set([...data.map((agent) => agent.agent_id), ...named])].sort();
    const found = [];
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const part = ids.slice(from, from + AT_ONCE);
      found.push(...(await Promise.all(part.map((agentId) => assigned(api, agentId, signal)))));
    }
    return found.flat();
  },
  async put(api, { identity: [agentId = '', packId = ''], wanted, present }, signal) {
    const body = await writable('applyPackToAgent', { ...present?.fields, ...wanted, pack_id: packId });
    await api.call('applyPackToAgent', { path: { agentId }, body }, { signal });
  },
  async remove(api, { identity: [agentId = '', packId = ''] }, signal) {
    await api.call('revokePackFromAgent', { path: { agentId, packId } }, { signal });
  },
};

async function assigned(api: TenantApi, agentId: string, signal: AbortSignal | undefined) {
  const { packs: rows } = await api.call('listAgentPacks', { path: { agentId } }, { signal });
  return rows
    .filter((row) => row.status === 'active')
    .map((row) => ({ identity: [agentId, row.pack_id], fields: comparable(row, PACK_MEMBERS) }));
}
