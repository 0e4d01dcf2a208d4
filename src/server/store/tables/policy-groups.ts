export interface PolicyGroupTables {
  /** Members of groups that are open, or were committed within the hour; a commit empties `raw_policy`. */
  policy_group_members: {
    tenant_id: string;
    group_id: string;
    name: string;
    action: string;
    /** Newest version the sender knew; null when there was none. */
    expected_id: string | null;
    /** Of the version the commit makes; empty for a deletion, as are the columns below. */
    bundle_id: string;
    framework: string;
    policy_hash: string;
    policy_bytes: number;
    assignments: string;
    status: string;
    enforcement_mode: string;
    evaluable: number;
    document: string;
    raw_policy: string;
  };
}
