import type { McpCallTables } from './tables/mcp-calls.js';
import type { EndpointTables } from './tables/endpoints.js';
import type { EvidenceQualityTables } from './tables/evidence-quality.js';
import type { ReadModelTables } from './tables/read-models.js';
import type { MdmTables } from './tables/mdm.js';
import type { DeliveryTables } from './tables/deliveries.js';
import type { ExceptionTables } from './tables/exceptions.js';
import type { PackTables } from './tables/packs.js';
import type { PolicyGroupTables } from './tables/policy-groups.js';
import type { ResourceTables } from './tables/resources.js';

/**
 * Tables as Kysely sees them; the same on SQLite and PostgreSQL. Ids are TEXT, instants are integer milliseconds since
 * the epoch (UTC), documents are JSON in TEXT, booleans are 0 or 1. Every table is keyed by tenant first.
 */
export interface Database
  extends
    ResourceTables,
    McpCallTables,
    EndpointTables,
    ReadModelTables,
    MdmTables,
    DeliveryTables,
    PackTables,
    EvidenceQualityTables,
    ExceptionTables,
    PolicyGroupTables {
  tenants: { tenant_id: string; created_at: number };
  /** The chain. `record` is the whole canonicalisable record; the other columns exist to filter and page by. */
  evidence: {
    tenant_id: string;
    chain_index: number;
    kind: string;
    evidence_id: string;
    occurred_at: number;
    session_id: string | null;
    agent_id: string | null;
    user_id: string | null;
    tool_name: string | null;
    decision: string | null;
    reason_code: string | null;
    violation_id: string | null;
    /** Device the call came from; null for records older than this column. */
    endpoint_id: string | null;
    record: string;
  };
  chain_heads: { tenant_id: string; chain_index: number; hash: string };
  /** Redacted policy input of a decision; its digest is in the evidence. Retention-limited. */
  policy_inputs: {
    tenant_id: string;
    chain_index: number;
    digest: string;
    input: string;
    recorded_at: number;
  };
  /** Behavioural events of SDKs; `event_id` is the idempotency key. */
  events: {
    tenant_id: string;
    event_id: string;
    event_type: string;
    session_id: string;
    agent_id: string | null;
    tool_name: string | null;
    occurred_at: number;
    ingested_at: number;
    body: string;
  };
  /** Step-up holds. `request` is the redacted call as an approver may see it. */
  approvals: {
    tenant_id: string;
    approval_id: string;
    hold_token: string;
    status: string;
    agent_id: string;
    user_id: string | null;
    session_id: string;
    tool_name: string;
    environment: string;
    risk_tier: string;
    risk_score: number;
    violation_id: string | null;
    reason: string;
    rule_ids: string;
    request: string;
    requested_by: string;
    required_approvers: number;
    chain_index: number;
    created_at: number;
    expires_at: number;
    resolved_at: number | null;
    resolved_by: string | null;
    decision_literal: string | null;
    resolution_reason: string | null;
  };
  approval_votes: {
    tenant_id: string;
    approval_id: string;
    credential_id: string;
    principal: string;
    decision: string;
    voted_at: number;
    /** Who made the credential that voted. */
    minted_by: string | null;
  };
  settings: { tenant_id: string; document: string; secrets: string; revision: number; updated_at: number };
  /** Former documents by revision, the bases of three-way merges. */
  settings_history: { tenant_id: string; revision: number; document: string };
  api_keys: {
    tenant_id: string;
    key_id: string;
    key_hash: string;
    prefix: string;
    name: string | null;
    scope_level: string;
    scope_target_id: string | null;
    permissions: string;
    jit_reason: string | null;
    created_by: string | null;
    created_at: number;
    expires_at: number | null;
    last_used_at: number | null;
    revoked_at: number | null;
    /** Id of the credential that made the key; null for keys older than this column. */
    minted_by: string | null;
  };
  /** Admin bearer tokens issued by sign-in or at first start; only the hash is kept. */
  admin_sessions: {
    tenant_id: string;
    session_id: string;
    token_hash: string;
    name: string;
    created_at: number;
    expires_at: number | null;
    revoked_at: number | null;
    /** Id of the session that issued its sign-in code; null for the first one, and for sessions older than this column. */
    minted_by: string | null;
  };
  /** One-time sign-in codes and signed states. */
  login_codes: {
    tenant_id: string;
    code_hash: string;
    name: string | null;
    created_at: number;
    expires_at: number;
    used_at: number | null;
    /** Id of the session that issued the code. */
    issued_by: string | null;
  };
  mdm_providers: {
    tenant_id: string;
    provider: string;
    document: string;
    secrets: string;
    created_at: number;
    updated_at: number;
  };
  mdm_jobs: {
    tenant_id: string;
    job_id: string;
    provider: string;
    status: string;
    document: string;
    created_at: number;
    updated_at: number;
  };
  policy_bundles: {
    tenant_id: string;
    id: string;
    name: string;
    version: number;
    framework: string;
    raw_policy: string;
    policy_hash: string;
    assignments: string;
    status: string;
    enforcement_mode: string;
    evaluable: number;
    document: string;
    created_at: number;
    updated_at: number;
    deleted_at: number | null;
  };
  policy_sync_runs: {
    tenant_id: string;
    run_id: string;
    status: string;
    document: string;
    created_at: number;
  };
  /** Agents with a scope registered on the server. */
  agents: {
    tenant_id: string;
    agent_id: string;
    approved_scope: string;
    created_at: number;
    updated_at: number;
  };
  /** Public half (SPKI PEM) of the installation's signing keys; the private half is a file of mode 0600. */
  signing_keys: {
    key_id: string;
    public_key: string;
    created_at: number;
    retired_at: number | null;
  };
  meta: { key: string; value: string };
}
