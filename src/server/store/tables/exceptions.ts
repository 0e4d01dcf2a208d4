export interface ExceptionTables {
  /**
   * `agent_id`, `tool_name` and `cited` are what the violation's record says; the request's own words are in `document`.
   * `override` is the temporary runtime override of an approval, null when there is none.
   */
  policy_exceptions: {
    tenant_id: string;
    request_id: string;
    status: string;
    requested_by: string;
    reviewed_by: string | null;
    agent_id: string | null;
    tool_name: string | null;
    cited: string | null;
    document: string;
    override: string | null;
    override_revoked_at: number | null;
    created_at: number;
    updated_at: number;
  };
  policy_change_artifacts: {
    tenant_id: string;
    request_id: string;
    artifact_id: string;
    target_environment: string | null;
    document: string;
    created_at: number;
    updated_at: number;
  };
}
