import { canonicalMembers } from './canonical.js';
import { receiptText } from './receipt.js';
import { sha256Hex, type Signer } from './signature.js';
import { RECORD_FORMAT, type ChainPosition, type EvidenceDraft } from './types.js';

/** Where a chain starts: before record 1. */
export const CHAIN_START: ChainPosition = { chain_index: 0, hash: '' };

/** Members of a record its hash does not cover: the hash itself, and what is derived from it. */
const UNHASHED_MEMBERS: ReadonlySet<string> = new Set(['hash', 'signature', 'receipt']);

export interface SealedRecord extends ChainPosition {
  readonly signature: string;
  /** The whole record in canonical form, as stored and exported. */
  readonly text: string;
}

/** Appends a draft to a chain: numbers, links, hashes and signs it. Throws `not_canonicalizable`. */
export function sealRecord(
  tenantId: string,
  draft: EvidenceDraft,
  previous: ChainPosition,
  signer: Signer,
): SealedRecord {
  const body = draft.body;
  const chain_index = previous.chain_index + 1;
  // A map, not a spread: an object literal of this size costs more than everything else here but the signature.
  const record = new Map(Object.entries(body));
  for (const name of UNHASHED_MEMBERS) record.delete(name);
  if (!record.has('event_id')) record.set('event_id', `${tenantId}:${draft.evidence_id}`);
  record.set('format_version', RECORD_FORMAT);
  record.set('kind', draft.kind);
  record.set('evidence_id', draft.evidence_id);
  record.set('tenant_id', tenantId);
  record.set('occurred_at', draft.occurred_at);
  record.set('chain_index', chain_index);
  record.set('previous_hash', previous.hash);
  record.set('key_id', signer.keyId);
  const members = canonicalMembers(record);
  const hash = sha256Hex(joined(members));
  const signature = signer.sign(
    receiptText({
      chain_index,
      hash,
      key_id: signer.keyId,
      tenant_id: tenantId,
      evidence_id: draft.evidence_id,
      decision_id: body['decision_id'],
      decision: body['decision'],
      decision_reason_code: body['decision_reason_code'],
    }),
  );
  insert(members, 'hash', hash);
  insert(members, 'signature', signature);
  return { chain_index, hash, signature, text: joined(members) };
}

/** Hash of a record as it should be, whatever its `hash` member says. */
export function recordHash(record: Readonly<Record<string, unknown>>): string {
  const hashed = new Map(Object.entries(record).filter(([name]) => !UNHASHED_MEMBERS.has(name)));
  return sha256Hex(joined(canonicalMembers(hashed)));
}

function joined(members: readonly (readonly [string, string])[]): string {
  let out = '{';
  for (const [, text] of members) out += (out.length === 1 ? '' : ',') + text;
  return out + '}';
}

/** Into an already sorted list; hex and base64url need no escaping. */
function insert(members: [string, string][], name: string, value: string): void {
  const after = members.findIndex(([other]) => other > name);
  members.splice(after === -1 ? members.length : after, 0, [name, `"${name}":"${value}"`]);
}
