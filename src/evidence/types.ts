/** Version of the record layout in `docs/evidence-format.md`; a verifier refuses versions it does not know. */
export const RECORD_FORMAT = 1;

/** Place on a chain. `{ chain_index: 0, hash: '' }` stands before the first record. */
export interface ChainPosition {
  readonly chain_index: number;
  readonly hash: string;
}

/** One link of the chain as stored and exported: JSON-safe, canonicalised by RFC 8785 before hashing. */
export interface EvidenceRecord {
  readonly chain_index: number;
  readonly previous_hash: string;
  readonly hash: string;
  readonly signature: string;
  readonly key_id: string;
  /** Beside a record that travels with its receipt; derived from the record, not stored and not hashed. */
  readonly receipt?: Receipt;
  readonly [member: string]: unknown;
}

/** What a caller wants recorded; the writer adds chain_index, previous_hash, hash, signature and key_id. */
export interface EvidenceDraft {
  /** `decision`, or `control.<family>.<verb>` such as `control.policy_bundle.create`. */
  readonly kind: string;
  readonly evidence_id: string;
  /** RFC 3339, UTC. */
  readonly occurred_at: string;
  /** Spread at the top level of the record; members the chain itself uses keep the chain's value. */
  readonly body: Readonly<Record<string, unknown>>;
  /** True for decisions: the commit then gives the receipt to send with the decision. */
  readonly receipt?: boolean;
}

/**
 * Signed proof of one record, sent with the decision it proves. Its signature is the record's own: the record is
 * signed through its receipt, so one Ed25519 operation covers both.
 */
export interface Receipt {
  readonly receipt_id: string;
  readonly decision_id: string;
  readonly schema_version: '1';
  readonly key_id: string;
  readonly signing_algorithm: 'ed25519';
  readonly tenant_id: string;
  readonly chain_index: number;
  readonly hash: string;
  readonly decision?: {
    readonly authorization_decision: string;
    readonly decision_reason_code?: string;
  };
  /** Ed25519 over the canonical receipt without this member; base64url, no padding. */
  readonly signature: string;
}

/** Signed statement of where a chain ends; saved by whoever wants to detect truncation later. */
export interface SignedHead extends ChainPosition {
  readonly type: 'thothctl.evidence.head';
  readonly version: 1;
  readonly tenant_id: string;
  /** RFC 3339, UTC. */
  readonly signed_at: string;
  readonly key_id: string;
  /** Ed25519 over the canonical head without this member; base64url, no padding. */
  readonly signature: string;
}

/** A public key as exported beside evidence. */
export interface EvidenceKey {
  readonly key_id: string;
  readonly algorithm: 'ed25519';
  /** The raw 32 bytes of RFC 8032, base64url without padding. */
  readonly public_key: string;
}
