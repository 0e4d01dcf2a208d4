/** Exceptions are never deleted; the artifact of one is written anew when it is generated again. */
export const exceptionTables = `
CREATE TABLE policy_exceptions (
  tenant_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  status TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  reviewed_by TEXT,
  agent_id TEXT,
  tool_name TEXT,
  cited TEXT,
  document TEXT NOT NULL,
  override TEXT,
  override_revoked_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, request_id)
);
CREATE INDEX policy_exceptions_in_order ON policy_exceptions (tenant_id, created_at, request_id);

CREATE TABLE policy_change_artifacts (
  tenant_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  artifact_id TEXT NOT NULL,
  target_environment TEXT,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, request_id)
);
`;
