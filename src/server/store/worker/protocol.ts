import type { EvidenceDraft } from '../../../evidence/types.js';
import type { EvidenceRef, StoredKey } from '../port.js';

/** What the worker is started for. */
export type StoreTask =
  | { readonly task: 'write'; readonly root: string; readonly now: number; readonly busyTimeoutMs: number }
  | { readonly task: 'backup'; readonly root: string; readonly file: string };

/**
 * One request, sent as JSON text: encoding plain data as text is cheaper than structured cloning, and one message
 * carries all requests of a tick. Replies come in the order of requests.
 */
export type StoreRequest = CommitRequest | HeadRequest | { readonly kind: 'close' };

export type Parameter = string | number | boolean | null | EvidenceRef;

export interface CommitRequest {
  readonly kind: 'commit';
  readonly tenantId: string;
  readonly statements: readonly (readonly [sql: string, parameters: readonly Parameter[]])[];
  readonly guards: readonly (readonly [sql: string, parameters: readonly Parameter[], rows: number])[];
  readonly evidence: readonly EvidenceDraft[];
}

export interface HeadRequest {
  readonly kind: 'head';
  readonly tenantId: string;
  readonly signedAt: string;
}

/** Texts of a success: canonical records, or the signed head. */
export type StoreReply = readonly string[] | Fault;

/** An error as it crosses the thread boundary. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

export type WorkerMessage =
  | { readonly type: 'ready'; readonly keys: readonly StoredKey[] }
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly fault: StartFault }
  | { readonly type: 'replies'; readonly replies: readonly StoreReply[] };

export interface StartFault extends Fault {
  readonly exit: string;
  readonly fix: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}
