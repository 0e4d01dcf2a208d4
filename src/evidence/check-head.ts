import { headText } from './head.js';
import type { KeyRing } from './key-ring.js';
import { isHead } from './narrow.js';
import { failed, unverifiable, type Failed, type Unverifiable } from './outcome.js';

interface HeadCheck {
  /** True for the head the records came with, which must lie exactly at their end. */
  readonly own: boolean;
  readonly keys: KeyRing;
  readonly tenantId: string | undefined;
  /** Index before the first record, and of the last. */
  readonly first: number;
  readonly last: number;
  readonly hashAt: (index: number) => string | undefined;
}

/** Undefined when the head is genuine and lies on the chain. */
export async function checkHead(head: unknown, check: HeadCheck): Promise<Failed | Unverifiable | undefined> {
  const end = check.last + 1;
  if (!isHead(head))
    return failed(end, 'malformed_head', 'the signed head lacks a member or has a wrong type');
  if (check.tenantId !== undefined && head.tenant_id !== check.tenantId) {
    return failed(end, 'other_tenant', 'the signed head belongs to another tenant');
  }
  if (!check.keys.has(head.key_id)) {
    return unverifiable('missing_key', 'the public key of the signed head is not known');
  }
  if (!(await signed(head, check.keys))) {
    return failed(end, 'wrong_head_signature', 'the signature does not fit the head');
  }
  if (head.version !== 1) {
    return unverifiable('unknown_version', 'the signed head has a format this verifier does not know');
  }
  if (head.chain_index > check.last) {
    return failed(
      end,
      'truncated',
      `the chain went up to index ${head.chain_index}; the records end at ${check.last}`,
    );
  }
  if (check.own && head.chain_index < check.last) {
    return failed(head.chain_index + 1, 'beyond_head', 'records follow after the signed end');
  }
  if (head.chain_index < check.first) {
    return unverifiable('head_before_segment', 'the saved head lies before the first record');
  }
  if (check.hashAt(head.chain_index) !== head.hash) {
    return failed(head.chain_index, 'head_mismatch', 'the record at the head is not the one that was signed');
  }
  return undefined;
}

async function signed(
  head: Parameters<typeof headText>[0] & { signature: string },
  keys: KeyRing,
): Promise<boolean> {
  try {
    return await keys.verify(head.key_id, headText(head), head.signature);
  } catch {
    // No canonical form: nobody can have signed it.
    return false;
  }
}
