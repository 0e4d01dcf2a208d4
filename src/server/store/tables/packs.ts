export interface PackTables {
  /** Packs assigned to agents. `overrides` is the JSON object as given, null when none was. */
  pack_assignments: {
    tenant_id: string;
    agent_id: string;
    pack_id: string;
    rule_version: number;
    environment: string | null;
    approval_policy_id: string;
    overrides: string | null;
    applied_by: string;
    applied_at: number;
    revoked_at: number | null;
  };
}
