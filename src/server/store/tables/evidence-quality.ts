export interface EvidenceQualityTables {
  /** Decisions that were readable within `upper_ms` of being received, and not within the step below it. */
  decision_visibility: { tenant_id: string; hour: number; upper_ms: number; decisions: number };
  /** The evidence that covers an event: that of its decision, or one made from the event itself. */
  event_evidence: { tenant_id: string; event_id: string; evidence_id: string };
  /** Redacted records handed in by exporters; `kind` is `decision` or `approval`. */
  collected_decisions: {
    tenant_id: string;
    record_id: string;
    kind: string;
    document: string;
    collected_at: number;
  };
}
