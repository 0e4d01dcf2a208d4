/** Changes of policy that wait for their group to be whole. The text stands last: other columns are read without it. */
export const policyGroupTables = `
CREATE TABLE policy_group_members (
  tenant_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  name TEXT NOT NULL,
  action TEXT NOT NULL,
  expected_id TEXT,
  bundle_id TEXT NOT NULL,
  framework TEXT NOT NULL,
  policy_hash TEXT NOT NULL,
  policy_bytes BIGINT NOT NULL,
  assignments TEXT NOT NULL,
  status TEXT NOT NULL,
  enforcement_mode TEXT NOT NULL,
  evaluable BIGINT NOT NULL,
  document TEXT NOT NULL,
  raw_policy TEXT NOT NULL,
  PRIMARY KEY (tenant_id, group_id, name)
);
`;
