import type { GovernancePack, PackRuleVersion } from '../../../contract/govapi/types.js';
import { currentVersion } from '../../../engine/packs/catalogue/index.js';
import type { Pack, PackVersion } from '../../../engine/packs/pack.js';

export function presentPack(pack: Pack): GovernancePack {
  const { ruleVersion, packVersion, rules } = currentVersion(pack);
  return {
    pack_id: pack.id,
    display_name: pack.name,
    regulation: pack.regime,
    version: packVersion,
    description: pack.description,
    rule_count: rules.length,
    rule_version: ruleVersion,
    controls: [...new Set(rules.map(({ control }) => control))],
  };
}

export function presentVersion(pack: Pack, version: PackVersion): PackRuleVersion {
  const { controls } = version;
  return {
    rule_version: version.ruleVersion,
    base_pack_version: version.packVersion,
    created_at: version.createdAt,
    created_by: 'thothctl',
    active: version === currentVersion(pack),
    rules: version.rules.map((rule) => ({ ...rule })),
    behavioral_controls: {
      mismatch_boost: controls.mismatchBoost,
      delegation_boost: controls.delegationBoost,
      trust_floor: controls.trustFloor,
      critical_threshold: controls.criticalThreshold,
    },
  };
}
