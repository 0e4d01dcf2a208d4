import { describe, expect, it } from 'vitest';
import { CATALOGUE, currentVersion, packsOfRegime } from '../../../src/engine/packs/catalogue/index.js';

describe('the catalogue', () => {
  it('has the packs of every regime the contract names', () => {
    expect(CATALOGUE.map(({ id }) => id)).toEqual([
      'fedramp-moderate',
      'gdpr-ai-agents',
      'hipaa-minimum-necessary',
      'sec-cftc-records',
      'soc2-type2',
    ]);
    const regimes = ['soc2', 'HIPAA', 'gdpr', 'fedramp', 'sec-cftc'];
    expect(regimes.map((regime) => packsOfRegime(regime).length)).toEqual([1, 1, 1, 1, 1]);
    expect(packsOfRegime('iso27001')).toEqual([]);
  });

  it.each(CATALOGUE.map((pack) => [pack.id, pack] as const))('%s is well formed', (_id, pack) => {
    expect(pack.versions.map(({ ruleVersion }) => ruleVersion)).toEqual(
      pack.versions.map((_, index) => index + 1),
    );
    expect(currentVersion(pack)).toBe(pack.versions.at(-1));
    for (const { rules, controls, createdAt } of pack.versions) {
      const ids = rules.map(({ id }) => id);
      expect(new Set([...ids, 'critical-threshold']).size).toBe(ids.length + 1);
      for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]+$/);
      expect(Number.isNaN(Date.parse(createdAt))).toBe(false);
      expect(controls.criticalThreshold).toBeGreaterThan(0);
      expect(controls.trustFloor).toBeLessThanOrEqual(1);
    }
  });
});
