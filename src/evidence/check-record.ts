import { canonicalize } from './canonical.js';
import { recordHash } from './chain.js';
import { isEvidenceRecord } from './narrow.js';
import { failed, type Failed, type FailureReason } from './outcome.js';
import { receiptOf } from './receipt.js';
import type { ChainPosition, EvidenceRecord } from './types.js';

export type Checked = { readonly record: EvidenceRecord } | { readonly failure: Failed };

/** Everything about one record but its signature: shape, tenant, place, link, hash, receipt, in this order. */
export function checkRecord(value: unknown, after: ChainPosition, tenantId: string | undefined): Checked {
  const due = after.chain_index + 1;
  const bad = (reason: FailureReason, detail: string): Checked => ({ failure: failed(due, reason, detail) });
  if (!isEvidenceRecord(value)) {
    return bad('malformed_record', 'a member of the chain is absent or of the wrong type');
  }
  if (tenantId !== undefined && value['tenant_id'] !== tenantId) {
    return bad('other_tenant', 'the record belongs to another tenant');
  }
  if (value.chain_index !== due) {
    return bad('wrong_index', `found index ${value.chain_index} where ${due} was due`);
  }
  if (value.previous_hash !== after.hash) {
    return bad('broken_link', 'previous_hash is not the hash of the record before');
  }
  const failure = checkContent(value);
  return failure ? { failure } : { record: value };
}

/** What a record says about itself, without its neighbours. */
export function checkContent(record: EvidenceRecord): Failed | undefined {
  const index = record.chain_index;
  try {
    if (recordHash(record) !== record.hash)
      return failed(index, 'wrong_hash', 'the content does not have the stated hash');
    if (record.receipt !== undefined && canonicalize(record.receipt) !== canonicalize(receiptOf(record))) {
      return failed(index, 'wrong_receipt', 'the receipt does not belong to the record');
    }
  } catch {
    return failed(index, 'malformed_record', 'the record holds a value without canonical form');
  }
  return undefined;
}
