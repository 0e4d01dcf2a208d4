import type { KeyObject } from 'node:crypto';
import { loadEvidenceKey, verifySignature } from './signature.js';
import type { EvidenceKey } from './types.js';

/** Public keys by id. A key that does not decode counts as absent. */
export class KeyRing {
  readonly #keys = new Map<string, KeyObject>();

  constructor(keys: Iterable<EvidenceKey>) {
    for (const key of keys) {
      const loaded = loadEvidenceKey(key);
      if (loaded) this.#keys.set(key.key_id, loaded);
    }
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** False also for a key the ring does not have. */
  async verify(keyId: string, text: string, signature: string): Promise<boolean> {
    const key = this.#keys.get(keyId);
    return key !== undefined && verifySignature(text, signature, key);
  }
}
