import type { PackRuntimeStatus } from '../../../contract/govapi/types.js';
import { currentVersion, packOf, packsOfRegime } from '../../../engine/packs/catalogue/index.js';
import type { LoadedPack, PackBook } from '../../../engine/packs/pack.js';
import { instant } from '../json-documents.js';
import type { AssignmentRow } from './assignment-row.js';

export interface RuntimeFacts {
  /** Assignments that are not revoked. */
  readonly assignments: readonly AssignmentRow[];
  /** What decisions are made by at this moment. */
  readonly book: PackBook;
  readonly regimes: readonly string[];
  readonly environment: string | undefined;
  readonly now: number;
}

/** What is assigned, beside what is loaded and what the catalogue has by now. */
export function runtimeStatus(facts: RuntimeFacts): PackRuntimeStatus {
  const { assignments, book, environment } = facts;
  const concerned = assignments.filter(
    (row) =>
      environment === undefined ||
      row.environment === null ||
      row.environment.trim().toLowerCase() === environment.trim().toLowerCase(),
  );
  const ids = [...new Set(concerned.map((row) => row.agent_id))].sort();
  const agents = ids.map((agentId) => {
    const packs = concerned
      .filter((row) => row.agent_id === agentId)
      .map((row) => packState(row, book.byAgent.get(agentId) ?? []));
    return { agent_id: agentId, in_sync: packs.every(({ state }) => state === 'in_sync'), packs };
  });
  const states = agents.flatMap(({ packs }) => packs.map(({ state }) => state));
  const count = (wanted: string): number => states.filter((state) => state === wanted).length;
  return {
    environment: environment ?? null,
    generated_at: instant(facts.now),
    agents,
    drift: {
      agents: agents.filter((agent) => !agent.in_sync).length,
      packs: states.length - count('in_sync'),
      outdated: count('outdated'),
      not_loaded: count('not_loaded'),
    },
    regimes: facts.regimes.map((regime) => ({
      regime,
      packs: packsOfRegime(regime).map(({ id }) => id),
    })),
    loaded_for_everyone: book.everyone.map(({ packId, ruleVersion }) => ({
      pack_id: packId,
      rule_version: ruleVersion,
    })),
  };
}

function packState(row: AssignmentRow, loaded: readonly LoadedPack[]) {
  const pack = packOf(row.pack_id);
  const current = pack === undefined ? null : currentVersion(pack).ruleVersion;
  const inForce = loaded.find(({ packId }) => packId === row.pack_id)?.ruleVersion ?? null;
  const state = inForce !== row.rule_version ? 'not_loaded' : inForce === current ? 'in_sync' : 'outdated';
  return {
    pack_id: row.pack_id,
    environment: row.environment,
    assigned_rule_version: row.rule_version,
    loaded_rule_version: inForce,
    current_rule_version: current,
    state,
  };
}
