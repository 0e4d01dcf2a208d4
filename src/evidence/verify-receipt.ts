import { canonicalize } from './canonical.js';
import { KeyRing } from './key-ring.js';
import { isObject } from './narrow.js';
import type { EvidenceKey } from './types.js';

/**
 * Checks a receipt as a decision carried it. `unverifiable` when its key is not among `keys`. A genuine receipt names
 * tenant, chain index and hash; whether that record is on the chain is then for `verifyRecords` to say.
 */
export async function verifyReceipt(
  receipt: unknown,
  keys: readonly EvidenceKey[],
): Promise<'verified' | 'failed' | 'unverifiable'> {
  if (!isObject(receipt)) return 'failed';
  const { key_id, signature } = receipt;
  if (typeof key_id !== 'string' || typeof signature !== 'string') return 'failed';
  const ring = new KeyRing(keys);
  if (!ring.has(key_id)) return 'unverifiable';
  try {
    const text = canonicalize({ ...receipt, signature: undefined });
    return (await ring.verify(key_id, text, signature)) ? 'verified' : 'failed';
  } catch {
    return 'failed';
  }
}
