import { createHmac } from 'node:crypto';

/**
 * Headers that let a receiver check origin and age of a delivery: `X-Thoth-Timestamp` in Unix seconds, and
 * `X-Thoth-Signature: sha256=<hex>`, the HMAC-SHA256 with the webhook secret over `<timestamp>.<raw body>`. The
 * timestamp is under the signature, so that an old delivery cannot be played again as a new one.
 */
export function signatureHeaders(
  secret: string | undefined,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  if (secret === undefined) return { 'x-thoth-timestamp': timestamp };
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-thoth-timestamp': timestamp, 'x-thoth-signature': `sha256=${digest}` };
}
