import { evidenceKey, verifyRecords, type EvidenceKey, type EvidenceRecord } from '../../evidence/index.js';
import type { ServerContext } from '../context.js';
import type { Store } from '../store/port.js';
import { recordsAfter } from './chain-page.js';

/** Records in memory at a time. */
const PAGE = 200;

/** Public keys of the installation as a verifier takes them. */
export function publicKeys(store: Store): readonly EvidenceKey[] {
  return store.keys().map((key) => evidenceKey(key.keyId, key.publicKeyPem));
}

/**
 * Recomputes hashes, links and signatures from the first record on. `limit` stops early; without it the end is held
 * against the signed head of the writer, which a cut-off chain no longer reaches.
 */
export async function verifyChain(
  context: ServerContext,
  tenantId: string,
  limit: number | undefined,
  signal: AbortSignal,
): Promise<object> {
  const { store } = context;
  const head = await store.signedHead(tenantId);
  // Records committed while this runs are left to the next run: the head read now is what must be reached.
  const goal = Math.min(limit ?? head.chain_index, head.chain_index);
  const outcome = await verifyRecords(recordsUpTo(store, tenantId, goal, signal), {
    keys: publicKeys(store),
    tenantId,
    head: goal === head.chain_index ? head : undefined,
  });
  const verified_at = new Date(context.clock.now()).toISOString();
  if (outcome.outcome === 'verified') {
    return {
      verified: true,
      records_checked: outcome.records,
      chain_head: outcome.last_index,
      breach_detail: null,
      breach_index: null,
      outcome: outcome.outcome,
      verified_at,
    };
  }
  const index = outcome.index ?? null;
  const sound = index === null ? 0 : Math.max(0, index - 1);
  return {
    verified: false,
    records_checked: sound,
    chain_head: sound,
    breach_detail: `${outcome.reason}: ${outcome.detail}`,
    breach_index: index,
    outcome: outcome.outcome,
    verified_at,
  };
}

async function* recordsUpTo(
  store: Store,
  tenantId: string,
  goal: number,
  signal: AbortSignal,
): AsyncGenerator<EvidenceRecord> {
  let last = 0;
  while (last < goal && !signal.aborted) {
    const page = await recordsAfter(store, tenantId, last, Math.min(PAGE, goal - last));
    yield* page;
    // A missing record shows as a gap to the verifier; here it only must not make the walk endless.
    last = page.at(-1)?.chain_index ?? goal;
    // Hashing a page takes milliseconds of this thread; decisions go first.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
