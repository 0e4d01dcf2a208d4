/** Why a chain is not what it claims to be. */
export type FailureReason =
  /** Not JSON, not UTF-8, or a member of the chain is absent or of the wrong type. */
  | 'malformed_record'
  /** The bytes of the line are not the canonical form of what they say. */
  | 'not_canonical'
  /** The record belongs to another tenant. */
  | 'other_tenant'
  /** Another index was due here: a record is missing, repeated or out of order. */
  | 'wrong_index'
  /** `previous_hash` is not the hash of the record before. */
  | 'broken_link'
  /** `hash` is not the hash of the record. */
  | 'wrong_hash'
  /** The receipt beside the record does not belong to it. */
  | 'wrong_receipt'
  | 'wrong_signature'
  | 'malformed_head'
  | 'wrong_head_signature'
  /** The signed head lies beyond the last record. */
  | 'truncated'
  /** The file's own head lies before its last record. */
  | 'beyond_head'
  /** The record at the head's index is not the one the head was signed for: history was rewritten. */
  | 'head_mismatch'
  /** `bundle_hash` is not the hash of the bundle. */
  | 'wrong_bundle_hash';

/** Why nothing can be said, although nothing wrong was found. */
export type UnverifiableReason =
  | 'missing_key'
  | 'unknown_version'
  /** The records start in the middle of a chain and the caller did not say after which hash. */
  | 'segment_without_anchor'
  /** An export without its last line: what was cut off cannot be known. */
  | 'no_head'
  /** The saved head lies before the first record. */
  | 'head_before_segment'
  | 'not_evidence';

export interface Verified {
  readonly outcome: 'verified';
  readonly records: number;
  /** 0 when there are no records. */
  readonly first_index: number;
  readonly last_index: number;
  /** Hash of the last record; empty for an empty chain. */
  readonly last_hash: string;
  /** True when a signed head proves that nothing is missing up to its index. */
  readonly head_checked: boolean;
}

export interface Failed {
  readonly outcome: 'failed';
  /** Index of the first bad record; one past the last record when the end itself is wrong. */
  readonly index: number;
  readonly reason: FailureReason;
  readonly detail: string;
}

export interface Unverifiable {
  readonly outcome: 'unverifiable';
  readonly reason: UnverifiableReason;
  readonly detail: string;
  /** Index of the record that raised the question, where there is one. */
  readonly index?: number;
}

/** The three outcomes of verification. `failed` beats `unverifiable`, which beats `verified`. */
export type VerifyOutcome = Verified | Failed | Unverifiable;

export function failed(index: number, reason: FailureReason, detail: string): Failed {
  return { outcome: 'failed', index, reason, detail };
}

export function unverifiable(reason: UnverifiableReason, detail: string, index?: number): Unverifiable {
  return index === undefined
    ? { outcome: 'unverifiable', reason, detail }
    : { outcome: 'unverifiable', reason, detail, index };
}
