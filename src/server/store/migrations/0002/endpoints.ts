/**
 * Endpoints have columns of their own: a tenant has tens of thousands, and lists filter them. Evidence carries the
 * endpoint of a call, so that what a read says of an endpoint comes from what was recorded, not from a second write.
 */
export const endpointTables = `
CREATE TABLE endpoints (
  tenant_id TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  hostname TEXT NOT NULL,
  employee_name TEXT,
  employee_email TEXT,
  department TEXT,
  os TEXT,
  os_version TEXT,
  enrollment TEXT,
  status TEXT,
  enforcement_mode TEXT,
  environment TEXT,
  proxy_version TEXT,
  agent_ids TEXT NOT NULL,
  risk_score DOUBLE PRECISION,
  violations_today BIGINT,
  sessions_today BIGINT,
  fleet_id TEXT,
  provider TEXT,
  checked_in_at BIGINT,
  quarantined_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  reported_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, endpoint_id)
);
CREATE INDEX endpoints_by_environment ON endpoints (tenant_id, environment, endpoint_id);
CREATE INDEX endpoints_by_fleet ON endpoints (tenant_id, fleet_id, endpoint_id);
CREATE INDEX endpoints_in_quarantine ON endpoints (tenant_id, endpoint_id) WHERE quarantined_at IS NOT NULL;

ALTER TABLE evidence ADD COLUMN endpoint_id TEXT;
CREATE INDEX evidence_by_endpoint ON evidence (tenant_id, endpoint_id, occurred_at) WHERE endpoint_id IS NOT NULL;
`;
