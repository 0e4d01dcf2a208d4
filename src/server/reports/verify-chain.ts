import { createPublicKey, type KeyObject } from 'node:crypto';
import { CHAIN_START, recordHash } from '../../evidence/chain.js';
import { receiptText } from '../../evidence/receipt.js';
import { verifySignature } from '../../evidence/signature.js';
import type { ChainPosition, EvidenceRecord } from '../../evidence/types.js';
import type { ServerContext } from '../context.js';
import { recordsAfter } from './chain-page.js';

/** Records in memory at a time; also what may hold the thread in one go. */
const PAGE = 100;

interface Breach {
  readonly index: number;
  readonly detail: string;
}

/**
 * Recomputes hashes, links and signatures from the first record on, page by page. `limit` stops early; without it the
 * end is held against the head the writer keeps, which a cut-off chain no longer reaches.
 */
export async function verifyChain(
  context: ServerContext,
  tenantId: string,
  limit: number | undefined,
  signal: AbortSignal,
): Promise<object> {
  const keys = new Map(context.store.keys().map((key) => [key.keyId, createPublicKey(key.publicKeyPem)]));
  const head = await context.store.signedHead(tenantId);
  // Records committed while this runs are left to the next run: the head read now is what must be reached.
  const goal = Math.min(limit ?? head.chain_index, head.chain_index);
  let position: ChainPosition = CHAIN_START;
  let breach: Breach | undefined;
  while (position.chain_index < goal && breach === undefined && !signal.aborted) {
    const page = await recordsAfter(
      context.store,
      tenantId,
      position.chain_index,
      Math.min(PAGE, goal - position.chain_index),
    );
    if (page.length === 0) {
      breach = {
        index: position.chain_index + 1,
        detail: `the chain ends at ${position.chain_index}, its head says ${head.chain_index}`,
      };
      break;
    }
    const sound = await Promise.all(page.map((record) => signatureHolds(record, keys)));
    for (const [at, record] of page.entries()) {
      breach =
        linkBreach(record, position, tenantId) ?? (sound[at] === true ? undefined : badSignature(record));
      if (breach !== undefined) break;
      position = { chain_index: record.chain_index, hash: record.hash };
    }
  }
  if (breach === undefined && position.chain_index === head.chain_index && position.hash !== head.hash) {
    breach = { index: position.chain_index, detail: 'the last record is not the one the head names' };
  }
  return {
    verified: breach === undefined,
    records_checked: position.chain_index,
    chain_head: position.chain_index,
    breach_detail: breach?.detail ?? null,
    breach_index: breach?.index ?? null,
    verified_at: new Date(context.clock.now()).toISOString(),
  };
}

function linkBreach(record: EvidenceRecord, previous: ChainPosition, tenantId: string): Breach | undefined {
  const index = previous.chain_index + 1;
  if (record.chain_index !== index) return { index, detail: `record ${index} is missing` };
  if (record.tenant_id !== tenantId) return { index, detail: `record ${index} names another tenant` };
  if (record.previous_hash !== previous.hash) {
    return { index, detail: `record ${index} does not follow from record ${previous.chain_index}` };
  }
  if (recordHash(record) !== record.hash)
    return { index, detail: `record ${index} was changed: its hash does not match` };
  return undefined;
}

function badSignature(record: EvidenceRecord): Breach {
  return {
    index: record.chain_index,
    detail: `the signature of record ${record.chain_index} does not verify`,
  };
}

async function signatureHolds(
  record: EvidenceRecord,
  keys: ReadonlyMap<string, KeyObject>,
): Promise<boolean> {
  const key = keys.get(record.key_id);
  return key !== undefined && (await verifySignature(receiptText(record), record.signature, key));
}
