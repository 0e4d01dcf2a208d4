/** One row per agent and pack, kept after a revocation; earlier states are in the evidence. */
export const packTables = `
CREATE TABLE pack_assignments (
  tenant_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  pack_id TEXT NOT NULL,
  rule_version BIGINT NOT NULL,
  environment TEXT,
  approval_policy_id TEXT NOT NULL,
  overrides TEXT,
  applied_by TEXT NOT NULL,
  applied_at BIGINT NOT NULL,
  revoked_at BIGINT,
  PRIMARY KEY (tenant_id, agent_id, pack_id)
);
`;
