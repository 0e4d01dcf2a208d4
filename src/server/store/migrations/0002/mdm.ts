/** Devices of inventories: which endpoint each one is, what its vendor last told, and which sync saw it last. */
export const mdmTables = `
CREATE TABLE mdm_devices (
  tenant_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  device_id TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  told TEXT NOT NULL,
  job_id TEXT NOT NULL,
  missing_since BIGINT,
  PRIMARY KEY (tenant_id, provider, device_id)
);
CREATE INDEX mdm_devices_present ON mdm_devices (tenant_id, provider, job_id) WHERE missing_since IS NULL;
`;
