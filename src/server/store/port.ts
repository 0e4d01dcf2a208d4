import type { CompiledQuery, Kysely } from 'kysely';
import type { EvidenceDraft, EvidenceRecord } from '../../evidence/types.js';
import type { Database } from './schema.js';

/** Stands in a statement's parameters for a member the writer computes: replaced just before execution. */
export interface EvidenceRef {
  readonly evidenceRef: number;
  readonly member: 'chain_index' | 'hash';
}

/** All or nothing: statements and evidence of one unit commit in one transaction, in submission order. */
export interface WriteUnit {
  readonly tenantId: string;
  readonly statements: readonly CompiledQuery[];
  readonly evidence: readonly EvidenceDraft[];
  /** Each guard must return exactly `rows` rows when the unit is applied, else the unit fails with a `StoreConflict`. */
  readonly guards?: readonly { readonly query: CompiledQuery; readonly rows: number }[];
}

export interface Committed {
  /** In the order of `WriteUnit.evidence`, with index, hash, signature; `receipt` is a member of decisions. */
  readonly evidence: readonly EvidenceRecord[];
}

/** The storage port. Embedded SQLite today; PostgreSQL implements the same. */
export interface Store {
  /** Read side: sees every unit whose commit has resolved. Writing through it fails. */
  readonly read: Kysely<Database>;
  /** Builds statements for `commit`; never executed directly. */
  readonly build: Kysely<Database>;
  /** Resolves only after the unit is durable. */
  commit(unit: WriteUnit): Promise<Committed>;
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}

export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';
}
