/** Resources of few rows per tenant, one document each. Large or filtered families have tables of their own. */
export const resourceTables = `
CREATE TABLE resources (
  tenant_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  document TEXT NOT NULL,
  secrets TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, kind, id)
);
`;
