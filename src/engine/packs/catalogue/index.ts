import type { Pack, PackVersion } from '../pack.js';
import { fedrampModerate } from './fedramp-moderate.js';
import { gdprAiAgents } from './gdpr-ai-agents.js';
import { hipaaMinimumNecessary } from './hipaa-minimum-necessary.js';
import { secCftcRecords } from './sec-cftc-records.js';
import { soc2Type2 } from './soc2-type2.js';

/** Every pack of this release, by id. */
export const CATALOGUE: readonly Pack[] = [
  fedrampModerate,
  gdprAiAgents,
  hipaaMinimumNecessary,
  secCftcRecords,
  soc2Type2,
];

export function packOf(id: string): Pack | undefined {
  return CATALOGUE.find((pack) => pack.id === id);
}

export function currentVersion({ versions }: Pack): PackVersion {
  return versions.at(-1) ?? versions[0];
}

/** Packs a regime asks for; case, and `-` for `_`, do not matter. */
export function packsOfRegime(regime: string): readonly Pack[] {
  const word = regime.trim().toLowerCase().replaceAll('-', '_');
  return CATALOGUE.filter((pack) => pack.regime === word);
}
