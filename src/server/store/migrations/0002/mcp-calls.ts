/** Kept for the longest inventory window; decisions and events are the record of what happened. */
export const mcpCallTables = `
CREATE TABLE mcp_calls (
  tenant_id TEXT NOT NULL,
  source TEXT NOT NULL,
  source_id TEXT NOT NULL,
  occurred_at BIGINT NOT NULL,
  endpoint_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  host TEXT NOT NULL,
  tool_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, source, source_id)
);
CREATE INDEX mcp_calls_by_time ON mcp_calls (tenant_id, occurred_at);
CREATE INDEX mcp_calls_by_age ON mcp_calls (occurred_at);
`;
