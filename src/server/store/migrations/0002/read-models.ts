/**
 * What lists and reports read instead of walking the chain. Filled from the evidence after the fact, so that a decision
 * pays for none of it; `read_model_heads` says how far.
 */
export const readModelTables = `
CREATE TABLE read_model_heads (tenant_id TEXT NOT NULL PRIMARY KEY, chain_index BIGINT NOT NULL, open_bursts TEXT NOT NULL);

CREATE TABLE call_stats (
  tenant_id TEXT NOT NULL,
  hour BIGINT NOT NULL,
  agent_id TEXT NOT NULL,
  tool_name TEXT NOT NULL,
  calls BIGINT NOT NULL,
  allowed BIGINT NOT NULL,
  stepped_up BIGINT NOT NULL,
  blocked BIGINT NOT NULL,
  deferred BIGINT NOT NULL,
  violations BIGINT NOT NULL,
  severe BIGINT NOT NULL,
  risk_total DOUBLE PRECISION NOT NULL,
  records BIGINT NOT NULL,
  record_bytes BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  last_index BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, hour, agent_id, tool_name)
);

CREATE TABLE session_stats (
  tenant_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  calls BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  last_index BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, session_id, agent_id)
);
CREATE INDEX session_stats_by_agent ON session_stats (tenant_id, agent_id, last_index);

CREATE TABLE alerts (
  tenant_id TEXT NOT NULL,
  chain_index BIGINT NOT NULL,
  kind TEXT NOT NULL,
  violation_ids TEXT NOT NULL,
  PRIMARY KEY (tenant_id, chain_index, kind)
);

CREATE TABLE delegations (
  tenant_id TEXT NOT NULL, caller_agent_id TEXT NOT NULL, chain_index BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, caller_agent_id, chain_index)
);
CREATE TABLE call_texts (
  tenant_id TEXT NOT NULL, chain_index BIGINT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (tenant_id, chain_index)
);

CREATE INDEX approvals_in_order ON approvals (tenant_id, chain_index);

CREATE INDEX events_by_agent ON events (tenant_id, agent_id, occurred_at) WHERE agent_id IS NOT NULL;

-- The feed filters, counts and sorts in this index alone. New decisions come at its end, which is what keeps it cheap;
-- columns that are only sorted by stay out of it.
CREATE INDEX decisions_in_time ON evidence
  (tenant_id, occurred_at, chain_index, agent_id, tool_name, decision, reason_code)
  WHERE kind = 'decision';
`;
