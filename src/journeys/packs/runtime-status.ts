import type { OperationOutput } from '../../contract/index.js';
import type { Column, Row } from '../../output/index.js';

export const PACK_STATE_COLUMNS: readonly Column[] = [
  { key: 'agent_id', header: 'AGENT', kind: 'id' },
  { key: 'pack_id', header: 'PACK', kind: 'id' },
  { key: 'environment', header: 'ENVIRONMENT' },
  { key: 'assigned_rule_version', header: 'ASSIGNED', kind: 'number' },
  { key: 'loaded_rule_version', header: 'LOADED', kind: 'number' },
  { key: 'current_rule_version', header: 'NEWEST', kind: 'number' },
  { key: 'state', header: 'STATE', kind: 'state' },
];

/** One row per agent and pack; a service that reports no packs of an agent gives one row for it. */
export function packStates(status: OperationOutput<'getPackRuntimeStatus'>): readonly Row[] {
  return (status.agents ?? []).flatMap((agent): Row[] => {
    const { agent_id, in_sync, packs } = agent;
    const state = in_sync === true ? 'in_sync' : 'drifted';
    if (!Array.isArray(packs)) return [{ agent_id, state }];
    return packs
      .filter((pack) => typeof pack === 'object' && pack !== null)
      .map((pack) => ({ agent_id, ...pack }));
  });
}
