import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../vocabulary.js';

/** DER header of an Ed25519 public key, to which the raw 32 bytes are appended (RFC 8410). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Verifies the receipt of a decision when its key is configured. Undefined when there is nothing to verify
 * with; false also when the receipt speaks of another outcome than the reply that carries it, of none, or of another
 * tenant: a signature proves only what is under it.
 */
export function verifyReceipt(
  receipt: JsonObject | undefined,
  { outcome, tenantId }: { readonly outcome: string; readonly tenantId: string },
  keys: Readonly<Record<string, string>>,
): boolean | undefined {
  if (Object.keys(keys).length === 0) return undefined;
  const keyId = receipt?.['key_id'];
  const text = typeof keyId === 'string' && Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
  if (receipt === undefined || text === undefined) return undefined;
  const { signature, ...signed } = receipt;
  if (typeof signature !== 'string') return false;
  const { decision, tenant_id: tenant = tenantId } = signed;
  if (!isJsonObject(decision) || decision['authorization_decision'] !== outcome) return false;
  if (tenant !== tenantId) return false;
  try {
    return verify(null, Buffer.from(canonical(signed)), publicKey(text), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

function publicKey(text: string): KeyObject {
  if (text.includes('BEGIN')) return createPublicKey(text);
  const der = Buffer.concat([ED25519_PREFIX, Buffer.from(text, 'base64url')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/** RFC 8785 for parsed JSON: members sorted by UTF-16 unit, numbers and strings as ECMAScript writes them. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}
