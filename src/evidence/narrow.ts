import type { ChainPosition, EvidenceKey, EvidenceRecord, SignedHead } from './types.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Has every member the chain needs, of the right type. Says nothing about their truth. */
export function isEvidenceRecord(value: unknown): value is EvidenceRecord {
  return (
    isObject(value) &&
    isIndex(value['chain_index']) &&
    typeof value['previous_hash'] === 'string' &&
    typeof value['hash'] === 'string' &&
    typeof value['signature'] === 'string' &&
    typeof value['key_id'] === 'string' &&
    typeof value['tenant_id'] === 'string' &&
    typeof value['evidence_id'] === 'string'
  );
}

export function isPosition(value: unknown): value is ChainPosition {
  return isObject(value) && isIndex(value['chain_index']) && typeof value['hash'] === 'string';
}

export const HEAD_TYPE = 'thothctl.evidence.head';

/** A head of any version: the rule of its signature is the same in all. */
export type AnyHead = Omit<SignedHead, 'version'> & { readonly version: number };

export function isHead(value: unknown): value is AnyHead {
  return (
    isObject(value) &&
    value['type'] === HEAD_TYPE &&
    typeof value['version'] === 'number' &&
    isPosition(value) &&
    typeof value['tenant_id'] === 'string' &&
    typeof value['signed_at'] === 'string' &&
    typeof value['key_id'] === 'string' &&
    typeof value['signature'] === 'string'
  );
}

export function isEvidenceKey(value: unknown): value is EvidenceKey {
  return (
    isObject(value) &&
    typeof value['key_id'] === 'string' &&
    value['algorithm'] === 'ed25519' &&
    typeof value['public_key'] === 'string'
  );
}
