/** Prices of the local default tier. They are examples for rehearsals: nothing is ever charged. See docs/decisions. */
export const PRICE_BOOK = {
  tier: 'local',
  catalogVersion: 'local-1',
  platformFeeCents: 50_000,
  includedIdentities: 10,
  includedChecks: 100_000,
  identityCents: 800,
  checksCentsPerMillion: 2_000,
  includedStorageBytes: 1024 ** 3,
  storageCentsPerGib: 25,
  retentionCentsPerGib: 10,
  wormRetentionDays: 2555,
} as const;
