import { createHmac, timingSafeEqual } from 'node:crypto';

/** Unix seconds of the attempt. */
export const TIMESTAMP_HEADER = 'x-thoth-timestamp';
/** `sha256=<hex>`; two of them, comma separated, while a replaced secret is still good. */
export const SIGNATURE_HEADER = 'x-thoth-signature';
/** How far the clocks of both ends may be apart, and how long a caught delivery could be played again. */
export const TOLERANCE_SECONDS = 300;

/** More signatures than any rotation needs; the work per request stays bounded. */
const MOST_SIGNATURES = 4;
const TIMESTAMP = /^\d{1,12}$/;
const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

export type SignatureFinding =
  | 'valid'
  /** A header is missing or not of its form. */
  | 'malformed'
  /** Not made with any of the secrets over this timestamp and this body. */
  | 'mismatch'
  /** Rightly signed, but too long ago or in the future. */
  | 'stale';

export interface SignedMessage {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** The body as it arrived; parsing and writing it again changes bytes. */
  readonly body: string | Uint8Array;
}

/**
 * Headers that prove origin and age of a message: HMAC-SHA256 over `<timestamp>.<raw body>`. The timestamp is under the
 * signature, so that an old message cannot be played again as a new one. Without a secret only the time is told.
 */
export function signatureHeaders(
  secrets: readonly string[],
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  if (secrets.length === 0) return { [TIMESTAMP_HEADER]: timestamp };
  const signatures = secrets.map((secret) => `sha256=${digest(secret, timestamp, body).toString('hex')}`);
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signatures.join(',') };
}

/**
 * Whether one of the secrets signed the message, and lately. Every pair is compared in constant time, and age is told
 * only of what is rightly signed: a stranger learns nothing from the answer or from how long it took.
 */
export function checkSignature(
  { timestamp, signature, body }: SignedMessage,
  secrets: readonly string[],
  now: number,
  toleranceSeconds: number = TOLERANCE_SECONDS,
): SignatureFinding {
  if (timestamp === undefined || !TIMESTAMP.test(timestamp) || signature === undefined) return 'malformed';
  const given = signature.split(',').map((one) => SIGNATURE.exec(one.trim())?.[1]);
  if (given.length > MOST_SIGNATURES) return 'malformed';
  let matches = false;
  for (const secret of secrets) {
    const expected = digest(secret, timestamp, body);
    for (const hex of given) {
      if (hex !== undefined && timingSafeEqual(expected, Buffer.from(hex, 'hex'))) matches = true;
    }
  }
  if (given.every((hex) => hex === undefined)) return 'malformed';
  if (!matches) return 'mismatch';
  return Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds ? 'stale' : 'valid';
}

function digest(secret: string, timestamp: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}
