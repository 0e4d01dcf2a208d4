import type { Migration } from './index.js';

/** BIGINT and DOUBLE PRECISION are PostgreSQL's names; SQLite gives them the same affinity as INTEGER and REAL. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  sql: `
CREATE TABLE tenants (tenant_id TEXT NOT NULL PRIMARY KEY, created_at BIGINT NOT NULL);

CREATE TABLE evidence (
  tenant_id TEXT NOT NULL,
  chain_index BIGINT NOT NULL,
  kind TEXT NOT NULL,
  evidence_id TEXT NOT NULL,
  occurred_at BIGINT NOT NULL,
  session_id TEXT,
  agent_id TEXT,
  user_id TEXT,
  tool_name TEXT,
  decision TEXT,
  reason_code TEXT,
  violation_id TEXT,
  record TEXT NOT NULL,
  PRIMARY KEY (tenant_id, chain_index)
);
CREATE INDEX evidence_by_id ON evidence (tenant_id, evidence_id);
CREATE INDEX evidence_by_session ON evidence (tenant_id, session_id, chain_index) WHERE session_id IS NOT NULL;
CREATE INDEX evidence_by_violation ON evidence (tenant_id, violation_id) WHERE violation_id IS NOT NULL;
CREATE INDEX violations_in_order ON evidence (tenant_id, chain_index) WHERE violation_id IS NOT NULL;

CREATE TABLE chain_heads (
  tenant_id TEXT NOT NULL PRIMARY KEY, chain_index BIGINT NOT NULL, hash TEXT NOT NULL
);

CREATE TABLE policy_inputs (
  tenant_id TEXT NOT NULL,
  chain_index BIGINT NOT NULL,
  digest TEXT NOT NULL,
  input TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, chain_index)
);
CREATE INDEX policy_inputs_by_age ON policy_inputs (recorded_at);

CREATE TABLE events (
  tenant_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  session_id TEXT NOT NULL,
  agent_id TEXT,
  tool_name TEXT,
  occurred_at BIGINT NOT NULL,
  ingested_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX events_by_session ON events (tenant_id, session_id, occurred_at);
CREATE INDEX events_by_age ON events (ingested_at);

CREATE TABLE approvals (
  tenant_id TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  hold_token TEXT NOT NULL,
  status TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  user_id TEXT,
  session_id TEXT NOT NULL,
  tool_name TEXT NOT NULL,
  environment TEXT NOT NULL,
  risk_tier TEXT NOT NULL,
  risk_score DOUBLE PRECISION NOT NULL,
  violation_id TEXT,
  reason TEXT NOT NULL,
  rule_ids TEXT NOT NULL,
  request TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  required_approvers BIGINT NOT NULL,
  chain_index BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  resolved_at BIGINT,
  resolved_by TEXT,
  decision_literal TEXT,
  resolution_reason TEXT,
  PRIMARY KEY (tenant_id, approval_id)
);
CREATE UNIQUE INDEX approvals_by_hold ON approvals (tenant_id, hold_token);
CREATE INDEX approvals_by_status ON approvals (tenant_id, status, created_at);

CREATE TABLE approval_votes (
  tenant_id TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  decision TEXT NOT NULL,
  voted_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, approval_id, credential_id)
);

CREATE TABLE settings (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  document TEXT NOT NULL,
  secrets TEXT NOT NULL,
  revision BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE settings_history (
  tenant_id TEXT NOT NULL, revision BIGINT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (tenant_id, revision)
);

CREATE TABLE api_keys (
  tenant_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  key_hash TEXT NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  name TEXT,
  scope_level TEXT NOT NULL,
  scope_target_id TEXT,
  permissions TEXT NOT NULL,
  jit_reason TEXT,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE admin_sessions (
  tenant_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (tenant_id, session_id)
);

CREATE TABLE login_codes (
  tenant_id TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  name TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (tenant_id, code_hash)
);

CREATE TABLE mdm_providers (
  tenant_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  document TEXT NOT NULL,
  secrets TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, provider)
);

CREATE TABLE mdm_jobs (
  tenant_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  status TEXT NOT NULL,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, job_id)
);

CREATE TABLE policy_bundles (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  framework TEXT NOT NULL,
  raw_policy TEXT NOT NULL,
  policy_hash TEXT NOT NULL,
  assignments TEXT NOT NULL,
  status TEXT NOT NULL,
  enforcement_mode TEXT NOT NULL,
  evaluable BIGINT NOT NULL,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX policy_bundles_by_name ON policy_bundles (tenant_id, name, version);

CREATE TABLE policy_sync_runs (
  tenant_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  status TEXT NOT NULL,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, run_id)
);

CREATE TABLE agents (
  tenant_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  approved_scope TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, agent_id)
);

CREATE TABLE signing_keys (
  key_id TEXT NOT NULL PRIMARY KEY,
  public_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  retired_at BIGINT
);
`,
};
