import type { EvidenceRef, StoredKey } from '../port.js';
import type { SqlValue } from '../sqlite-driver.js';

/** What the worker is started for. */
export type StoreTask =
  | { readonly task: 'write'; readonly root: string; readonly now: number; readonly busyTimeoutMs: number }
  | { readonly task: 'backup'; readonly root: string; readonly file: string };

/**
 * One request. Tuples of text and numbers are what crosses a thread border fastest, several times faster than objects
 * or JSON text; one message carries all requests of a tick. Replies come in the order of requests.
 */
export type StoreRequest = CommitRequest | HeadRequest | readonly ['close'];

export type CommitRequest = readonly [
  kind: 'commit',
  tenantId: string,
  guards: readonly (readonly [sql: string, parameters: readonly Parameter[], rows: number])[],
  evidence: readonly EvidenceRow[],
  statements: readonly (readonly [sql: string, parameters: readonly Parameter[]])[],
];

export type HeadRequest = readonly [kind: 'head', tenantId: string, signedAt: string];

export type Parameter = SqlValue | EvidenceRef;

/** A record that waits for its place on the chain, and its values for `EVIDENCE_COLUMNS`. */
export type EvidenceRow = readonly [
  parts: readonly string[],
  receiptOutcome: string,
  receiptTenant: string,
  columns: readonly SqlValue[],
];

/** Columns of the evidence table that the caller fills; tenant, index and record are the writer's. */
export const EVIDENCE_COLUMNS = [
  'kind',
  'evidence_id',
  'occurred_at',
  'session_id',
  'agent_id',
  'user_id',
  'tool_name',
  'decision',
  'reason_code',
  'violation_id',
  'endpoint_id',
] as const;

/** What a record got from the chain. */
export type Place = readonly [chainIndex: number, hash: string, signature: string];

/** Places of a unit's evidence, or the text of a signed head. */
export type StoreReply = readonly Place[] | string | Fault;

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
