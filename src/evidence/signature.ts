import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { EvidenceKey } from './types.js';

/** Lower-case hex SHA-256 of UTF-8 text. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Signs canonical text; the private key stays inside. */
export interface Signer {
  readonly keyId: string;
  /** Base64url without padding. */
  sign(text: string): string;
}

export function createSigner(keyId: string, privateKeyPem: string): Signer {
  const key = createPrivateKey(privateKeyPem);
  return { keyId, sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64url') };
}

/** A fresh Ed25519 pair. The id is derived from the public key, so that two keys never share one. */
export function generateSigningKey(): { keyId: string; privateKeyPem: string; publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = rawPublicKey(publicKey);
  return {
    keyId: `ed25519-${createHash('sha256').update(raw).digest('hex').slice(0, 16)}`,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** The exported form of a public key held as SPKI PEM. */
export function evidenceKey(keyId: string, publicKeyPem: string): EvidenceKey {
  const raw = rawPublicKey(createPublicKey(publicKeyPem));
  return { key_id: keyId, algorithm: 'ed25519', public_key: raw.toString('base64url') };
}

/** Undefined when the exported key is not 32 bytes of base64url. */
export function loadEvidenceKey(key: EvidenceKey): KeyObject | undefined {
  const raw = decodeExact(key.public_key, 32);
  if (!raw) return undefined;
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
}

/** Off the main thread: one check costs about 0.13 ms and chains are long. */
export function verifySignature(text: string, signature: string, key: KeyObject): Promise<boolean> {
  const bytes = decodeExact(signature, 64);
  if (!bytes) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify(null, Buffer.from(text, 'utf8'), key, bytes, (error, valid) => {
      if (error) reject(error);
      else resolve(valid);
    });
  });
}

/** Only the one canonical base64url spelling counts, else several texts would pass for the same signature. */
function decodeExact(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined;
}

function rawPublicKey(key: KeyObject): Buffer {
  // SPKI of Ed25519 is a fixed 12-byte prefix and the 32 raw bytes (RFC 8410).
  return key.export({ type: 'spki', format: 'der' }).subarray(12);
}
