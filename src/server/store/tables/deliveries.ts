export interface DeliveryTables {
  /** How far the chain has been turned into deliveries; a row exists while the destination is switched on. */
  delivery_cursors: { tenant_id: string; destination: string; chain_index: number; since: number };
  /** One event on its way to one destination. Its body is made from the evidence at `chain_index`, or is the sample. */
  deliveries: {
    tenant_id: string;
    delivery_id: string;
    destination: string;
    event_id: string;
    event_type: string;
    chain_index: number | null;
    sample: string | null;
    status: string;
    attempts: number;
    next_attempt_at: number;
    http_status: number | null;
    last_error: string | null;
    occurred_at: number;
    created_at: number;
    updated_at: number;
    delivered_at: number | null;
  };
  /** Callbacks that took effect, by the digest of what was signed, with the answer they got. */
  pam_callbacks: { tenant_id: string; digest: string; reply: string; received_at: number };
}
