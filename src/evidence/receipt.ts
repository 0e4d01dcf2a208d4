import { canonicalize } from './canonical.js';
import type { Receipt } from './types.js';

interface ReceiptMembers {
  readonly tenant_id?: unknown;
  readonly evidence_id?: unknown;
  readonly decision_id?: unknown;
  readonly decision?: unknown;
  readonly decision_reason_code?: unknown;
}

interface ReceiptPlace {
  readonly chain_index: number;
  readonly hash: string;
  readonly key_id: string;
}

/** What a record's receipt is derived from; every member is covered by the record's hash except the hash itself. */
export type ReceiptSource = ReceiptMembers & ReceiptPlace;

/** The stretches of a receipt's text that do not depend on the record's place on the chain. */
export interface ReceiptFrame {
  readonly outcome: string;
  readonly tenant: string;
}

export function receiptFrame(record: ReceiptMembers): ReceiptFrame {
  const decision = text(record.decision);
  const reason = text(record.decision_reason_code);
  const outcome =
    decision === undefined
      ? ''
      : `"decision":{"authorization_decision":${canonicalize(decision)}` +
        `${reason === undefined ? '' : `,"decision_reason_code":${canonicalize(reason)}`}},`;
  return {
    outcome: `${outcome}"decision_id":${canonicalize(decisionId(record))},`,
    tenant: `"tenant_id":${canonicalize(text(record.tenant_id) ?? '')}`,
  };
}

/** Written out in sorted order: it is needed for every decision, and takes a fifth of the time so. */
export function receiptInFrame(
  { outcome, tenant }: ReceiptFrame,
  { chain_index, hash, key_id }: ReceiptPlace,
): string {
  return (
    `{"chain_index":${chain_index},${outcome}"hash":${canonicalize(hash)},"key_id":${canonicalize(key_id)},` +
    `"receipt_id":${canonicalize(receiptId(hash))},"schema_version":"1","signing_algorithm":"ed25519",${tenant}}`
  );
}

/** The text a record's signature is made over: the canonical form of its receipt before signing. */
export function receiptText(record: ReceiptSource): string {
  return receiptInFrame(receiptFrame(record), record);
}

/** The receipt that goes out with the decision of this record: a pure function of it, so that any verifier can rebuild it. */
export function receiptOf(record: ReceiptSource & { readonly signature: string }): Receipt {
  const receipt = {
    receipt_id: receiptId(record.hash),
    decision_id: decisionId(record),
    schema_version: '1' as const,
    key_id: record.key_id,
    signing_algorithm: 'ed25519' as const,
    tenant_id: text(record.tenant_id) ?? '',
    chain_index: record.chain_index,
    hash: record.hash,
    signature: record.signature,
  };
  const decision = text(record.decision);
  if (decision === undefined) return receipt;
  const reason = text(record.decision_reason_code);
  const outcome =
    reason === undefined
      ? { authorization_decision: decision }
      : { authorization_decision: decision, decision_reason_code: reason };
  return { ...receipt, decision: outcome };
}

function receiptId(hash: string): string {
  return `rcp_${hash.slice(0, 32)}`;
}

function decisionId(record: ReceiptMembers): string {
  return text(record.decision_id) ?? text(record.evidence_id) ?? '';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
