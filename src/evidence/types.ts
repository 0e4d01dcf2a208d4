/** One link of the chain as stored and exported: JSON-safe, canonicalised by RFC 8785 before hashing. */
export interface EvidenceRecord {
  readonly chain_index: number;
  readonly previous_hash: string;
  readonly hash: string;
  readonly signature: string;
  readonly key_id: string;
  readonly [member: string]: unknown;
}

/** What a caller wants recorded; the writer adds chain_index, previous_hash, hash, signature and key_id. */
export interface EvidenceDraft {
  /** `decision`, or `control.<family>.<verb>` such as `control.policy_bundle.create`. */
  readonly kind: string;
  readonly evidence_id: string;
  readonly occurred_at: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** True for decisions: the writer also signs a receipt over the decision. */
  readonly receipt?: boolean;
}
