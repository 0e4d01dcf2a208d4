import { canonicalize, canonicalMember, canonicalNames } from './canonical.js';
import { receiptFrame, receiptInFrame, type ReceiptFrame } from './receipt.js';
import { sha256Hex, type Signer } from './signature.js';
import { RECORD_FORMAT, type ChainPosition, type EvidenceDraft } from './types.js';

/** Where a chain starts: before record 1. */
export const CHAIN_START: ChainPosition = { chain_index: 0, hash: '' };

/** Members the chain gives a record, whatever its draft says of them; in canonical order. */
const CHAIN_MEMBERS = [
  'chain_index',
  'evidence_id',
  'format_version',
  'hash',
  'key_id',
  'kind',
  'occurred_at',
  'previous_hash',
  'receipt',
  'signature',
  'tenant_id',
] as const;
type ChainMember = (typeof CHAIN_MEMBERS)[number];

/** A draft in canonical form, with gaps where only its place on the chain tells the value. */
export interface PreparedRecord {
  /** Before, between and behind the gaps `chain_index`, `hash`, `key_id`, `previous_hash`, `signature`. */
  readonly parts: readonly string[];
  readonly receipt: ReceiptFrame;
}

export interface SealedRecord extends ChainPosition {
  readonly signature: string;
  /** The whole record in canonical form, as stored and exported. */
  readonly text: string;
}

/** The part of sealing that needs no place on the chain, so that it can happen in another thread. Throws `not_canonicalizable`. */
export function prepareRecord(tenantId: string, draft: EvidenceDraft): PreparedRecord {
  const event_id = `${tenantId}:${draft.evidence_id}`;
  const body = Object.hasOwn(draft.body, 'event_id') ? draft.body : { ...draft.body, event_id };
  const parts: string[] = [];
  let part = '';
  const state = (member: ChainMember): void => {
    switch (member) {
      case 'format_version':
        part += canonicalMember(member, RECORD_FORMAT);
        break;
      case 'tenant_id':
        part += canonicalMember(member, tenantId);
        break;
      case 'evidence_id':
      case 'kind':
      case 'occurred_at':
        part += canonicalMember(member, draft[member]);
        break;
      case 'receipt':
        break;
      default:
        parts.push(part);
        part = '';
    }
  };

  let next = 0;
  for (const name of canonicalNames(body)) {
    let member = CHAIN_MEMBERS[next];
    while (member !== undefined && member < name) {
      state(member);
      member = CHAIN_MEMBERS[++next];
    }
    if (member !== name) part += canonicalMember(name, body[name]);
  }
  for (const member of CHAIN_MEMBERS.slice(next)) state(member);
  parts.push(part);
  const { decision_id, decision, decision_reason_code } = body;
  const outcome = { evidence_id: draft.evidence_id, decision_id, decision, decision_reason_code };
  return { parts, receipt: receiptFrame({ tenant_id: tenantId, ...outcome }) };
}

/** Appends a record to a chain: numbers, links, hashes and signs it. */
export function sealRecord(
  { parts, receipt }: PreparedRecord,
  previous: ChainPosition,
  signer: Signer,
): SealedRecord {
  const chain_index = previous.chain_index + 1;
  const [first = '', second = '', third = '', fourth = '', fifth = '', last = ''] = parts;
  const key = `"key_id":${canonicalize(signer.keyId)},`;
  const beforeHash = `{${first}"chain_index":${chain_index},${second}`;
  const afterHash = `${third}${key}${fourth}"previous_hash":"${previous.hash}",${fifth}`;
  // Never empty, since the tenant stands in it; only its comma is one too many.
  const end = `${last.slice(0, -1)}}`;
  // Hex and base64url need no escaping.
  const hash = sha256Hex(beforeHash + afterHash + end);
  const signature = signer.sign(receiptInFrame(receipt, { chain_index, hash, key_id: signer.keyId }));
  const text = `${beforeHash}"hash":"${hash}",${afterHash}"signature":"${signature}",${end}`;
  return { chain_index, hash, signature, text };
}

/** Hash of a record as it should be, whatever its `hash` member says. */
export function recordHash(record: Readonly<Record<string, unknown>>): string {
  return sha256Hex(canonicalize({ ...record, hash: undefined, signature: undefined, receipt: undefined }));
}
