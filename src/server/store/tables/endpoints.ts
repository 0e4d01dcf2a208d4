export interface EndpointTables {
  /** Members as they were reported, null where nothing was; `agent_ids` is a JSON list in the order it was given. */
  endpoints: {
    tenant_id: string;
    endpoint_id: string;
    hostname: string;
    employee_name: string | null;
    employee_email: string | null;
    department: string | null;
    os: string | null;
    os_version: string | null;
    enrollment: string | null;
    status: string | null;
    enforcement_mode: string | null;
    environment: string | null;
    proxy_version: string | null;
    agent_ids: string;
    risk_score: number | null;
    violations_today: number | null;
    sessions_today: number | null;
    fleet_id: string | null;
    provider: string | null;
    /** Last check-in an inventory told of; sightings in governed calls are in the evidence. */
    checked_in_at: number | null;
    /** Set while the endpoint may not act. */
    quarantined_at: number | null;
    created_at: number;
    updated_at: number;
    /** When the counters of today were reported; what was recorded later counts on top of them. */
    reported_at: number;
  };
}
