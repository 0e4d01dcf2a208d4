import { canonicalize } from './canonical.js';
import { checkContent } from './check-record.js';
import { KeyRing } from './key-ring.js';
import { isEvidenceRecord, type JsonObject } from './narrow.js';
import { failed, unverifiable, type VerifyOutcome } from './outcome.js';
import { receiptText } from './receipt.js';
import { sha256Hex } from './signature.js';
import { RECORD_FORMAT, type EvidenceKey, type EvidenceRecord } from './types.js';
import { toWellFormed } from './well-formed.js';

export interface BundleContent {
  readonly tenantId: string;
  readonly sessionId: string;
  /** Behavioural events of the session, in the order they occurred. */
  readonly events: readonly JsonObject[];
  /** Records of the session, ascending. They need not be neighbours on the chain. */
  readonly evidence: readonly EvidenceRecord[];
  /** Public keys that signed them. */
  readonly keys: readonly EvidenceKey[];
}

export interface SessionBundle extends JsonObject {
  readonly session_id: string;
  readonly tenant_id: string;
  readonly bundle_hash: string;
  /** RFC 3339, UTC. */
  readonly exported_at: string;
  readonly summary: JsonObject;
  readonly events: readonly JsonObject[];
  readonly evidence: readonly EvidenceRecord[];
  readonly keys: readonly EvidenceKey[];
  readonly verification: JsonObject;
}

/** Self-contained export of one session. `bundle_hash` depends on the content alone, not on when it was exported. */
export async function buildBundle(content: BundleContent, exportedAt: string): Promise<SessionBundle> {
  const bundle = {
    session_id: content.sessionId,
    tenant_id: content.tenantId,
    summary: summarise(content),
    events: content.events.map((event) => toWellFormed(event)),
    evidence: content.evidence,
    keys: content.keys,
    verification: verificationMember(await verifySelection(content.evidence, content.keys, content.tenantId)),
  };
  return { ...bundle, bundle_hash: bundleHash(bundle), exported_at: exportedAt };
}

/** SHA-256 of the canonical bundle without `bundle_hash` and `exported_at`. */
export function bundleHash(bundle: JsonObject): string {
  return sha256Hex(canonicalize({ ...bundle, bundle_hash: undefined, exported_at: undefined }));
}

/** Verifies a bundle: its hash, then every record in it. `keys`, when given, replace the ones it brings along. */
export async function verifyBundle(bundle: JsonObject, keys: readonly EvidenceKey[]): Promise<VerifyOutcome> {
  const evidence = bundle['evidence'];
  const records: readonly unknown[] = Array.isArray(evidence) ? evidence : [];
  const tenantId = typeof bundle['tenant_id'] === 'string' ? bundle['tenant_id'] : undefined;
  const outcome = await verifySelection(records, keys, tenantId);
  if (outcome.outcome === 'failed') return outcome;
  try {
    if (bundleHash(bundle) === bundle['bundle_hash']) return outcome;
  } catch {
    // Falls through: what has no canonical form has no hash either.
  }
  const last = records.at(-1);
  const end = isEvidenceRecord(last) ? last.chain_index + 1 : 1;
  return failed(end, 'wrong_bundle_hash', 'the bundle does not have the stated hash');
}

/** Records picked from a chain: each must be genuine and in order, neighbours must link, gaps are normal. */
async function verifySelection(
  records: readonly unknown[],
  keys: readonly EvidenceKey[],
  tenantId: string | undefined,
): Promise<VerifyOutcome> {
  const ring = new KeyRing(keys);
  let doubt: VerifyOutcome | undefined;
  let previous: EvidenceRecord | undefined;
  let first = 0;
  for (const record of records) {
    const after = previous?.chain_index ?? 0;
    if (!isEvidenceRecord(record))
      return failed(after + 1, 'malformed_record', 'a member of the chain is absent');
    const index = record.chain_index;
    if (tenantId !== undefined && record['tenant_id'] !== tenantId) {
      return failed(index, 'other_tenant', 'the record belongs to another tenant');
    }
    if (index <= after) return failed(after + 1, 'wrong_index', 'the records are not in ascending order');
    if (previous && index === after + 1 && record.previous_hash !== previous.hash) {
      return failed(index, 'broken_link', 'previous_hash is not the hash of the record before');
    }
    const wrong = checkContent(record);
    if (wrong) return wrong;
    if (record['format_version'] !== RECORD_FORMAT) {
      doubt ??= unverifiable('unknown_version', 'a record has a format this verifier does not know', index);
    } else if (!ring.has(record.key_id)) {
      doubt ??= unverifiable('missing_key', 'the public key of a record is not known', index);
    } else if (!(await ring.verify(record.key_id, receiptText(record), record.signature))) {
      return failed(index, 'wrong_signature', 'the signature does not fit the record');
    }
    if (!previous) first = index;
    previous = record;
  }
  return (
    doubt ?? {
      outcome: 'verified',
      records: records.length,
      first_index: first,
      last_index: previous?.chain_index ?? 0,
      last_hash: previous?.hash ?? '',
      head_checked: false,
    }
  );
}

/** Without a time stamp, so that the bundle hash stays the same while the data does. */
function verificationMember(outcome: VerifyOutcome): JsonObject {
  if (outcome.outcome === 'verified') {
    return {
      verified: true,
      records_checked: outcome.records,
      chain_head: outcome.last_index,
      breach_detail: null,
      breach_index: null,
    };
  }
  const index = outcome.index ?? 0;
  return {
    verified: false,
    records_checked: 0,
    chain_head: 0,
    breach_detail: `${outcome.reason}: ${outcome.detail}`,
    breach_index: index === 0 ? null : index,
  };
}

function summarise(content: BundleContent): JsonObject {
  const { events, evidence } = content;
  return {
    total_events: events.length,
    total_records: evidence.length,
    events_by_type: tally(events.map((event) => event['event_type'])),
    decisions_by_type: tally(evidence.map((record) => record['decision'])),
    violation_ids: texts(evidence.map((record) => record['violation_id'])),
    agent_ids: texts(evidence.map((record) => record['agent_id'])),
    first_chain_index: evidence[0]?.chain_index ?? null,
    last_chain_index: evidence.at(-1)?.chain_index ?? null,
  };
}

function tally(values: readonly unknown[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function texts(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))].sort();
}
