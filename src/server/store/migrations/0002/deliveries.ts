/** Outbound deliveries. A row per event and destination is made from the chain, never in the decision's own unit. */
export const deliveryTables = `
CREATE TABLE delivery_cursors (
  tenant_id TEXT NOT NULL,
  destination TEXT NOT NULL,
  chain_index BIGINT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, destination)
);

CREATE TABLE deliveries (
  tenant_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  destination TEXT NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  chain_index BIGINT,
  sample TEXT,
  status TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  http_status BIGINT,
  last_error TEXT,
  occurred_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  delivered_at BIGINT,
  PRIMARY KEY (tenant_id, delivery_id)
);
CREATE INDEX deliveries_due ON deliveries (tenant_id, destination, next_attempt_at) WHERE status = 'pending';
CREATE INDEX deliveries_by_status ON deliveries (tenant_id, status, delivery_id);
CREATE INDEX deliveries_by_age ON deliveries (status, updated_at);


CREATE TABLE pam_callbacks (
  tenant_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  reply TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, digest)
);
CREATE INDEX pam_callbacks_by_age ON pam_callbacks (received_at);
`;
