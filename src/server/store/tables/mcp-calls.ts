export interface McpCallTables {
  /**
   * Calls to MCP servers, for the inventory. A governed call may be seen twice, as a decision and as the event its sender
   * reports; `source` tells them apart. `host` is the bare host, `endpoint_id` is empty when nobody named one.
   */
  mcp_calls: {
    tenant_id: string;
    source: string;
    source_id: string;
    occurred_at: number;
    endpoint_id: string;
    agent_id: string;
    session_id: string;
    host: string;
    tool_name: string;
  };
}
