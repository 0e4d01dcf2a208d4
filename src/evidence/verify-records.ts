import { ChainCheck } from './chain-check.js';
import { KeyRing } from './key-ring.js';
import type { VerifyOutcome } from './outcome.js';
import type { ChainPosition, EvidenceKey } from './types.js';

export interface VerifyOptions {
  /** Public keys to trust. */
  readonly keys: readonly EvidenceKey[];
  /** When given, records of any other tenant fail. */
  readonly tenantId?: string | undefined;
  /** A signed head saved earlier, as parsed JSON; detects truncation and rewritten history. */
  readonly head?: unknown;
  /** Known place the records follow; needed for a slice that does not start at index 1. */
  readonly startAfter?: ChainPosition | undefined;
}

/**
 * Verifies records of one tenant in ascending order, from an array, a database cursor or a network page. Uses constant
 * memory and opens nothing. Without `head` it proves that the records hang together, not that none is missing at the end.
 */
export async function verifyRecords(
  records: Iterable<unknown> | AsyncIterable<unknown>,
  options: VerifyOptions,
): Promise<VerifyOutcome> {
  const check = new ChainCheck({
    keys: new KeyRing(options.keys),
    tenantId: options.tenantId,
    startAfter: options.startAfter,
    savedHead: options.head,
  });
  for await (const record of records) {
    if (!(await check.add(record))) break;
  }
  return check.finish();
}

export { verifyRecords as verifyChain };
