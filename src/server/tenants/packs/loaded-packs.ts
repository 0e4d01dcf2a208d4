import { packOf, packsOfRegime, currentVersion } from '../../../engine/packs/catalogue/index.js';
import type {
  BehavioralControls,
  LoadedPack,
  Pack,
  PackBook,
  PackVersion,
} from '../../../engine/packs/pack.js';
import type { Store } from '../../store/port.js';
import { isJsonObject, objectMember, ownMember, type JsonObject } from '../json-documents.js';
import { overridesOf, type AssignmentRow } from './assignment-row.js';

/**
 * The packs the engine judges by. Regimes the tenant has named load theirs for every agent, in the newest version; an
 * assignment keeps the version it was made with. One that names an unknown pack or version loads nothing.
 */
export async function readPackBook(
  store: Store,
  tenantId: string,
  regimes: readonly string[],
): Promise<PackBook> {
  const rows = await store.read
    .selectFrom('pack_assignments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .orderBy('agent_id')
    .orderBy('pack_id')
    .execute();
  // Ten thousand agents mostly share a handful of assignments; they share the objects too.
  const alike = new Map<string, LoadedPack>();
  const byAgent = new Map<string, LoadedPack[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.pack_id, row.rule_version, row.environment, row.overrides]);
    const pack = alike.get(key) ?? assignedPack(row);
    if (pack === undefined) continue;
    alike.set(key, pack);
    byAgent.set(row.agent_id, [...(byAgent.get(row.agent_id) ?? []), pack]);
  }
  const everyone = [...new Set(regimes.flatMap(packsOfRegime))].map((pack) =>
    loaded(pack, currentVersion(pack), undefined, {}),
  );
  return { everyone, byAgent };
}

function assignedPack(row: AssignmentRow): LoadedPack | undefined {
  const pack = packOf(row.pack_id);
  const version = pack?.versions.find(({ ruleVersion }) => ruleVersion === row.rule_version);
  if (pack === undefined || version === undefined) return undefined;
  const overrides = overridesOf(row);
  const controls = isJsonObject(overrides) ? objectMember(overrides, 'behavioral_controls') : {};
  return loaded(pack, version, row.environment?.trim().toLowerCase(), controls);
}

function loaded(
  pack: Pack,
  version: PackVersion,
  environment: string | undefined,
  overrides: JsonObject,
): LoadedPack {
  return {
    packId: pack.id,
    ruleVersion: version.ruleVersion,
    reference: `${pack.id}@${version.ruleVersion}`,
    environment,
    controls: controlsWith(version.controls, overrides),
    rules: version.rules,
  };
}

function controlsWith(defaults: BehavioralControls, overrides: JsonObject): BehavioralControls {
  const number = (member: string, fallback: number): number => {
    const value = ownMember(overrides, member);
    return typeof value === 'number' ? value : fallback;
  };
  return {
    mismatchBoost: number('mismatch_boost', defaults.mismatchBoost),
    delegationBoost: number('delegation_boost', defaults.delegationBoost),
    trustFloor: number('trust_floor', defaults.trustFloor),
    criticalThreshold: number('critical_threshold', defaults.criticalThreshold),
  };
}
