export interface ReadModelTables {
  /** How far the read models have followed the chain; `open_bursts` is what the burst rule still has to remember. */
  read_model_heads: { tenant_id: string; chain_index: number; open_bursts: string };
  /**
   * Decisions per hour, agent and tool; an absent agent or tool is the empty string. Records of other kinds add only
   * to `records` and `record_bytes`. `hour` is its first millisecond.
   */
  call_stats: {
    tenant_id: string;
    hour: number;
    agent_id: string;
    tool_name: string;
    calls: number;
    allowed: number;
    stepped_up: number;
    blocked: number;
    deferred: number;
    violations: number;
    /** Violations of high or critical tier. */
    severe: number;
    risk_total: number;
    records: number;
    record_bytes: number;
    first_seen: number;
    last_seen: number;
    last_index: number;
  };
  session_stats: {
    tenant_id: string;
    session_id: string;
    agent_id: string;
    calls: number;
    first_seen: number;
    last_seen: number;
    last_index: number;
  };
  /** `severe` names one violation, `burst` all of its violations, oldest first; `chain_index` is that of the last. */
  alerts: { tenant_id: string; chain_index: number; kind: string; violation_ids: string };
  /** Decisions on calls another agent delegated. */
  delegations: { tenant_id: string; caller_agent_id: string; chain_index: number };
  /** What free text search looks in, in lower case. */
  call_texts: { tenant_id: string; chain_index: number; text: string };
}
