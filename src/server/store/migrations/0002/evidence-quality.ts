/** How long decisions took to become readable, which evidence covers which event, and batches collected from exporters. */
export const evidenceQualityTables = `
CREATE TABLE decision_visibility (
  tenant_id TEXT NOT NULL, hour BIGINT NOT NULL, upper_ms BIGINT NOT NULL, decisions BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, hour, upper_ms)
);
CREATE TABLE event_evidence (
  tenant_id TEXT NOT NULL, event_id TEXT NOT NULL, evidence_id TEXT NOT NULL, PRIMARY KEY (tenant_id, event_id)
);
CREATE TABLE collected_decisions (
  tenant_id TEXT NOT NULL, record_id TEXT NOT NULL, kind TEXT NOT NULL, document TEXT NOT NULL, collected_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, record_id)
);
`;
