import { createHash, timingSafeEqual } from 'node:crypto';

/** What a caller has to show, kept as its SHA-256. Digests have one length, so that comparing tells nothing about it. */
export class SecretDigest {
  readonly #digest: Buffer;

  constructor(secret: string) {
    this.#digest = sha256(secret);
  }

  matches(shown: string): boolean {
    return timingSafeEqual(sha256(shown), this.#digest);
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
