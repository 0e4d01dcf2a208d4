import type { CompiledQuery, Kysely } from 'kysely';
import type { ThothctlError } from '../../errors/index.js';
import type { ChainPosition, EvidenceDraft, Receipt, SignedHead } from '../../evidence/types.js';
import type { Database } from './schema.js';

/** Stands in a statement's parameters for a member the writer computes: replaced just before execution. */
export interface EvidenceRef {
  readonly evidenceRef: number;
  readonly member: 'chain_index' | 'hash';
}

/**
 * All or nothing: statements and evidence of one unit commit in one transaction, in submission order. Parameters are
 * strings, finite numbers, booleans (stored as 0 or 1), null or an `EvidenceRef`.
 */
export interface WriteUnit {
  readonly tenantId: string;
  readonly statements: readonly CompiledQuery[];
  readonly evidence: readonly EvidenceDraft[];
  /** Each guard must return exactly `rows` rows when the unit is applied, else the unit fails with a `StoreConflict`. */
  readonly guards?: readonly { readonly query: CompiledQuery; readonly rows: number }[];
}

export interface Committed {
  /** In the order of `WriteUnit.evidence`. */
  readonly evidence: readonly CommittedEvidence[];
}

/** Where a record came to stand on the chain. */
export interface CommittedEvidence extends ChainPosition {
  readonly key_id: string;
  readonly signature: string;
  /** Of a draft that asked for one. */
  readonly receipt?: Receipt;
}

/** A public key that verifies this installation's evidence. */
export interface StoredKey {
  readonly keyId: string;
  /** SPKI PEM. */
  readonly publicKeyPem: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly retiredAt: number | null;
}

/** The storage port. Embedded SQLite today; PostgreSQL implements the same. */
export interface Store {
  /** Read side: sees every unit whose commit has resolved. Writing through it fails. */
  readonly read: Kysely<Database>;
  /** Builds statements for `commit`; never executed directly. */
  readonly build: Kysely<Database>;
  /**
   * Resolves only after the unit is durable. Rejects with `StoreConflict` when a guard or a constraint says no, and
   * with a `ThothctlError` (`storage_full`, `storage_read_only`, `storage_failed`, `storage_closed`,
   * `invalid_statement`, `not_canonicalizable`) otherwise; a rejected unit leaves nothing behind.
   */
  commit(unit: WriteUnit): Promise<Committed>;
  /** The signed end of a tenant's chain; index 0 and an empty hash before the first record. */
  signedHead(tenantId: string): Promise<SignedHead>;
  /** Oldest first; the last one signs. */
  keys(): readonly StoredKey[];
  /** Writes a consistent copy, signing keys included, to a new file of mode 0600 while commits go on. */
  backup(file: string): Promise<void>;
  /** Why nothing can be recorded now, with the codes of `commit`; undefined when it can. Found out by writing. */
  hindrance(): Promise<ThothctlError | undefined>;
  /** Finishes queued units, then releases the data directory. */
  close(): Promise<void>;
}

/** A guard or a constraint refused the unit: somebody else was first. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';
}
