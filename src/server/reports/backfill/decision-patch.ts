import type { EvidenceRecord } from '../../../evidence/types.js';
import { objectMember, ownMember, type JsonObject } from '../../tenants/json-documents.js';
import { present } from '../stored-record.js';

export const PATCHED_FIELDS = [
  'violation_id',
  'decision_reason_code',
  'authorization_decision',
  'enforcement_trace_id',
  'decision_evidence',
  'deepllm_enrichment',
] as const;

type PatchedField = (typeof PATCHED_FIELDS)[number];

interface Patch {
  readonly event: JsonObject;
  readonly fields: readonly PatchedField[];
}

/**
 * An event with the decision fields it lacks, taken from its decision and, for the enrichment, from another event of the
 * same decision. What the event already says stays. The violation id stands at the top, where senders put it, the rest in
 * the metadata.
 */
export function patchEvent(event: JsonObject, decision: EvidenceRecord, enrichment: unknown): Patch {
  const known: Record<PatchedField, unknown> = {
    violation_id: decision['violation_id'],
    decision_reason_code: decision['decision_reason_code'],
    authorization_decision: decision['decision'],
    enforcement_trace_id: decision['enforcement_trace_id'],
    decision_evidence: present(decision, [
      'evidence_id',
      'chain_index',
      'hash',
      'matched_rule_ids',
      'policy_references',
      'observed',
    ]),
    deepllm_enrichment: enrichment,
  };
  const metadata: JsonObject = { ...objectMember(event, 'metadata') };
  const patched: JsonObject = { ...event };
  const fields = PATCHED_FIELDS.filter((field) => {
    const value = known[field];
    if (value === undefined || value === null || isSet(event, field) || isSet(metadata, field)) return false;
    if (field === 'violation_id') patched[field] = value;
    else metadata[field] = value;
    return true;
  });
  return { event: { ...patched, metadata }, fields };
}

/** The enrichment an event carries, if any. */
export function enrichmentOf(event: JsonObject): unknown {
  return (
    ownMember(objectMember(event, 'metadata'), 'deepllm_enrichment') ?? ownMember(event, 'deepllm_enrichment')
  );
}

function isSet(document: JsonObject, field: string): boolean {
  const value = ownMember(document, field);
  return value !== undefined && value !== null && value !== '';
}
